;;; lsp-local-server.el --- The connection to the server of lsp-local  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Part of the package lsp-local.

;;; Commentary:

;; One server for all of Emacs, so that the model is in memory once.  It is spoken to over a
;; connection of our own: eglot has one server for a mode, and that is the language's own.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'lsp-local-positions)
(require 'project)
(require 'seq)
(require 'subr-x)
(require 'url-util)

(defgroup lsp-local nil
  "Ghost text, code actions and hover from a small model on your own CPU."
  :group 'tools
  :prefix "lsp-local-")

(defcustom lsp-local-command '("lsp-local" "serve")
  "The program of the server and its arguments.
A program without a folder is looked for in variable `exec-path', then in
~/.local/bin and ~/lsp-local/.venv/bin; elsewhere it needs the full path."
  :type '(repeat string)
  :group 'lsp-local)

(defconst lsp-local--usual-folders '("~/.local/bin" "~/lsp-local/.venv/bin")
  "Where pipx and uv put the server, and where it is in a checkout.")

(defcustom lsp-local-settings nil
  "Options of the server, such as (:model \"qwen2.5-coder-1.5b\").
docs/configuration.md has all of them; false is written :json-false,
a list as a vector.  After a change, use \\[lsp-local-restart]."
  :type '(plist :key-type symbol :value-type sexp)
  :group 'lsp-local)

(defclass lsp-local-connection (jsonrpc-process-connection)
  ((sent-id :initform nil :documentation "The id of the request that was sent last."))
  :documentation "A connection that knows the ids of its requests, so that they can be cancelled.")

(cl-defmethod jsonrpc-connection-send :before
  ((connection lsp-local-connection) &key id method &allow-other-keys)
  "Remember ID when CONNECTION sends a request for METHOD."
  (when (and id method)
    (setf (slot-value connection 'sent-id) id)))

(defvar lsp-local--connection nil "The connection, or nil.")
(defvar lsp-local--is-ready nil "Non-nil once the server has answered our greeting.")
(defvar lsp-local--problem nil "What a person must mend, or nil.")
(defvar lsp-local--is-paused nil "Non-nil while the server is told to be silent.")
(defvar lsp-local--progress nil
  "Alist of the server's work under way: token, title, message, percentage.")
(defvar lsp-local--n-waiting 0 "How many requests the user waits for.")
(defvar lsp-local--deaths nil "When servers died that nobody had stopped.")
(defvar lsp-local--folders nil "The folders that the server knows, the current one first.")
(defvar lsp-local--request-functions nil "Alist of the server's requests and who answers them.")
(defvar lsp-local--notification-functions nil "Alist of the server's notices and who hears them.")
(defvar lsp-local--loaded-hook nil "Run when a model has been loaded.")
(defvar lsp-local--ready-hook nil "Run when the server has answered our greeting.")
(defvar lsp-local--message-functions nil "Who hears the server's messages until one has it.")

(defconst lsp-local--capabilities
  '(:general (:positionEncodings ["utf-32" "utf-16"])
    :window (:workDoneProgress t)
    :workspace (:applyEdit t
                :workspaceFolders t
                :workspaceEdit (:documentChanges t :resourceOperations ["create"]))
    :textDocument
    (:synchronization (:didSave t)
     :inlineCompletion (:dynamicRegistration :json-false)
     :hover (:contentFormat ["plaintext"])
     :codeAction (:dataSupport t
                  :resolveSupport (:properties ["edit"])
                  :codeActionLiteralSupport
                  (:codeActionKind (:valueSet ["quickfix" "refactor" "source"])))))
  "What we can do.")

;;; Starting and stopping

(defun lsp-local--start ()
  "Start the server unless it is there; return nil where that cannot be."
  (cond
   ((and lsp-local--connection (jsonrpc-running-p lsp-local--connection)))
   ((<= 3 (seq-count (lambda (time) (< (- (float-time) time) 60)) lsp-local--deaths))
    (setq lsp-local--problem "the server died three times; M-x lsp-local-restart tries again")
    nil)
   ((not (executable-find (lsp-local--program)))
    (setq lsp-local--problem
          (format "%s is not found; set `lsp-local-command'" (lsp-local--program)))
    nil)
   (t (lsp-local--greet (lsp-local--connect)))))

(defun lsp-local--program ()
  "Return the program of the server; a `~' stands for the home folder."
  (let ((program (car lsp-local-command)))
    (cond ((file-name-absolute-p program) (expand-file-name program))
          ((executable-find program))
          ((locate-file program lsp-local--usual-folders nil #'file-executable-p))
          (t program))))

(defun lsp-local--command ()
  "Return the program of the server, where it is, and its arguments."
  (cons (lsp-local--program) (cdr lsp-local-command)))

(defun lsp-local--connect ()
  "Start the process of the server; return the connection."
  (let* ((default-directory (expand-file-name "~/"))
         (quiet (if (slot-exists-p 'jsonrpc-connection '-events-buffer-config)
                    '(:events-buffer-config (:size 0))
                  '(:events-buffer-scrollback-size 0)))
         (command (lsp-local--command))
         (make (lambda ()
                 (make-process :name "lsp-local" :command command
                               :connection-type 'pipe :coding 'utf-8-emacs-unix :noquery t
                               ;; The name is what jsonrpc expects.
                               :stderr (get-buffer-create "*lsp-local stderr*")))))
    (setq lsp-local--is-ready nil
          lsp-local--problem nil
          lsp-local--is-paused nil
          lsp-local--progress nil
          lsp-local--n-waiting 0
          lsp-local--connection
          (apply #'make-instance 'lsp-local-connection
                 :name "lsp-local" :process make
                 :request-dispatcher #'lsp-local--answer
                 :notification-dispatcher #'lsp-local--hear
                 :on-shutdown #'lsp-local--ended
                 quiet))))

(defun lsp-local--greet (connection)
  "Introduce us to the server at CONNECTION; open buffers when it has answered."
  (setq lsp-local--folders (delq nil (list (lsp-local--project-root))))
  (lsp-local--request
   :initialize
   (list :processId (emacs-pid)
         :clientInfo (list :name "Emacs" :version emacs-version)
         :rootUri (and lsp-local--folders (lsp-local--path-uri (car lsp-local--folders)))
         :workspaceFolders (lsp-local--as-folders lsp-local--folders)
         :initializationOptions (lsp-local--initialization-options)
         :capabilities lsp-local--capabilities)
   (lambda (result)
     (when (eq connection lsp-local--connection)
       (setq lsp-local--encoding
             (or (plist-get (plist-get result :capabilities) :positionEncoding) "utf-16")
             lsp-local--is-ready t)
       (lsp-local--notify :initialized (make-hash-table))
       (run-hooks 'lsp-local--ready-hook)))
   (lambda (message) (setq lsp-local--problem message)))
  t)

(defun lsp-local--initialization-options ()
  "Return the options that the server is started with."
  ;; Who has no model is told by us: a question of the server's would take the keys of who types.
  (append '(:firstRun "client") lsp-local-settings))

(defun lsp-local--when-ready (function)
  "Call FUNCTION once the server, which has been started, has answered."
  (if lsp-local--is-ready
      (funcall function)
    (letrec ((once (lambda ()
                     (remove-hook 'lsp-local--ready-hook once)
                     (funcall function))))
      (add-hook 'lsp-local--ready-hook once))))

(defun lsp-local--ended (connection)
  "Take note that the server of CONNECTION is no more."
  (when (eq connection lsp-local--connection)
    (push (float-time) lsp-local--deaths)
    (setq lsp-local--connection nil
          lsp-local--is-ready nil
          lsp-local--progress nil
          lsp-local--problem "the server died; it is started again at the next key")
    (force-mode-line-update t)))

(defun lsp-local--stop ()
  "End the server, which ends itself when its input does."
  (let ((connection lsp-local--connection))
    (setq lsp-local--connection nil
          lsp-local--is-ready nil
          lsp-local--progress nil
          lsp-local--deaths nil
          lsp-local--problem nil)
    (when (and connection (jsonrpc-running-p connection))
      ;; So it can write its figures; it takes a quarter of a second at most.
      (jsonrpc-notify connection :exit nil)
      (with-timeout (1)
        (while (jsonrpc-running-p connection)
          (accept-process-output nil 0.05)))
      (jsonrpc-shutdown connection))))

;;; Messages

(defun lsp-local--request (method params on-result &optional on-error)
  "Ask the server for METHOD with PARAMS; return the request's id.
ON-RESULT is called with the result, ON-ERROR with the message of a refusal."
  (let ((connection lsp-local--connection))
    (jsonrpc-async-request
     connection method params
     :success-fn on-result
     :error-fn (lambda (refusal) (when on-error (funcall on-error (plist-get refusal :message))))
     ;; Whoever asks can cancel, and a model may take its time.
     :timeout nil)
    (slot-value connection 'sent-id)))

(defun lsp-local--notify (method params)
  "Tell the server METHOD with PARAMS."
  (when (and lsp-local--is-ready (jsonrpc-running-p lsp-local--connection))
    (jsonrpc-notify lsp-local--connection method params)))

(defun lsp-local--cancel (id)
  "Take back the request ID."
  (lsp-local--notify :$/cancelRequest (list :id id)))

(defun lsp-local--execute (command arguments &optional on-result)
  "Have the server execute COMMAND with the list ARGUMENTS, then call ON-RESULT."
  (lsp-local--request :workspace/executeCommand
                      (list :command command :arguments (vconcat arguments))
                      (or on-result #'ignore)
                      (lambda (message) (message "lsp-local: %s" message))))

(defun lsp-local--answer (_connection method params)
  "Answer the server's request METHOD with PARAMS."
  (let ((function (alist-get method lsp-local--request-functions)))
    (cond (function (funcall function params))
          ((memq method '(window/workDoneProgress/create client/registerCapability)) nil)
          (t (jsonrpc-error :code -32601 :message (format "%s is not known here" method))))))

(defun lsp-local--hear (_connection method params)
  "Take note of the server's notification METHOD with PARAMS."
  (pcase method
    ('window/showMessage (lsp-local--hear-message params))
    ('$/progress (lsp-local--hear-progress (plist-get params :token) (plist-get params :value)))
    (_ (let ((function (alist-get method lsp-local--notification-functions)))
         (when function (funcall function params))))))

(defun lsp-local--hear-message (params)
  "Show the message in PARAMS; an error also stands in the mode line."
  (unless (run-hook-with-args-until-success 'lsp-local--message-functions params)
    (let ((text (plist-get params :message)))
      (when (eql (plist-get params :type) 1)
        (setq lsp-local--problem (string-remove-prefix "lsp-local: " text)))
      (message "%s" text)
      (force-mode-line-update t))))

(defun lsp-local--hear-progress (token value)
  "Take note of the progress VALUE of the work TOKEN."
  (let ((work (assoc token lsp-local--progress)))
    (pcase (plist-get value :kind)
      ("begin" (push (list token (plist-get value :title) (plist-get value :message)
                           (plist-get value :percentage))
                     lsp-local--progress))
      ("report" (when work
                  (setf (cddr work)
                        (list (or (plist-get value :message) (nth 2 work))
                              (or (plist-get value :percentage) (nth 3 work))))))
      ("end"
       (setq lsp-local--progress (delq work lsp-local--progress))
       (when (and work (lsp-local--is-loading-p work))
         (setq lsp-local--problem nil)
         (run-hooks 'lsp-local--loaded-hook))))
    (force-mode-line-update t)))

(defun lsp-local--is-loading-p (work)
  "Tell whether WORK is the loading of a model."
  (string-prefix-p "Loading" (nth 1 work)))

;;; Folders

(defun lsp-local--project-root ()
  "Return the root of this buffer's project, or nil."
  (let ((project (and (not (file-remote-p default-directory)) (project-current))))
    (when project
      (expand-file-name
       (if (fboundp 'project-root) (project-root project) (cdr project))))))

(defun lsp-local--path-uri (path)
  "Return PATH as a URI."
  (concat "file://"
          (url-hexify-string (directory-file-name (file-truename path)) url-path-allowed-chars)))

(defun lsp-local--as-folders (folders)
  "Return FOLDERS as the protocol has them."
  (vconcat (mapcar (lambda (folder)
                     (list :uri (lsp-local--path-uri folder)
                           :name (file-name-nondirectory (directory-file-name folder))))
                   folders)))

(provide 'lsp-local-server)
;;; lsp-local-server.el ends here
