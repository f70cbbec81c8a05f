;;; lsp-local-actions.el --- Code actions, instructions and hover  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Part of the package lsp-local.

;;; Commentary:

;; The list of actions comes at once.  What is chosen takes the model seconds, in which Emacs goes
;; on; an edit is applied only to the text that it was made for, as one step of undo.

;;; Code:

(require 'eldoc)
(require 'thingatpt)
(require 'lsp-local-documents)
(require 'lsp-local-flymake)

(defcustom lsp-local-hover t
  "Whether eldoc shows what the server says of the symbol at point."
  :type 'boolean
  :group 'lsp-local)

(defcustom lsp-local-eldoc-strategy 'eldoc-documentation-compose-eagerly
  "How eldoc puts what we say beside what others do; nil leaves it as it is.
Its default, and eglot's, show one of them only."
  :type '(choice (const nil) function)
  :group 'lsp-local)

(defvar-local lsp-local--hover-id nil "The id of the last hover.")
(defvar lsp-local--action-id nil "The id of the work that was chosen last.")
(defconst lsp-local--help "*lsp-local help*" "The name of the help buffer.")

;;; Edits

(defun lsp-local--apply (edit)
  "Apply the workspace EDIT, or signal a `user-error' where the text has changed."
  (let ((changes (append (plist-get edit :documentChanges) nil)))
    (cl-loop for (uri edits) on (plist-get edit :changes) by #'cddr
             do (push (list :textDocument (list :uri (substring (symbol-name uri) 1)) :edits edits)
                      changes))
    (mapc #'lsp-local--check-change changes)
    (mapc #'lsp-local--apply-change changes)))

(defun lsp-local--check-change (change)
  "Signal a `user-error' where CHANGE cannot be applied."
  (if (equal (plist-get change :kind) "create")
      (when (file-exists-p (lsp-local--uri-path (plist-get change :uri)))
        (user-error "%s exists" (lsp-local--uri-path (plist-get change :uri))))
    (let* ((document (plist-get change :textDocument))
           (version (plist-get document :version))
           (buffer (lsp-local--buffer-of (plist-get document :uri))))
      (when version
        (unless buffer
          (user-error "The buffer is gone"))
        (with-current-buffer buffer
          (unless (and (eql version lsp-local--version)
                       (eql lsp-local--sent-tick (buffer-chars-modified-tick)))
            (user-error "The text has changed; choose the action again")))))))

(defun lsp-local--apply-change (change)
  "Apply CHANGE, which is a new file or edits of one."
  (if (equal (plist-get change :kind) "create")
      (let ((path (lsp-local--uri-path (plist-get change :uri))))
        (make-directory (file-name-directory path) t)
        (pop-to-buffer (find-file-noselect path)))
    (let ((uri (plist-get (plist-get change :textDocument) :uri)))
      (with-current-buffer (or (lsp-local--buffer-of uri)
                               (find-file-noselect (lsp-local--uri-path uri)))
        (lsp-local--apply-edits (append (plist-get change :edits) nil))))))

(defun lsp-local--apply-edits (edits)
  "Apply EDITS to this buffer as one step of undo."
  (let ((places (mapcar (lambda (edit)
                          (let ((range (plist-get edit :range)))
                            (list (lsp-local--point-at (plist-get range :start))
                                  (lsp-local--point-at (plist-get range :end))
                                  (plist-get edit :newText))))
                        edits)))
    (undo-boundary)
    (atomic-change-group
      (save-excursion
        (save-restriction
          (widen)
          ;; From the end, so that the places before stay right.
          (pcase-dolist (`(,start ,end ,text)
                         (sort (reverse places) (lambda (a b) (> (car a) (car b)))))
            (goto-char start)
            (delete-region start end)
            (insert text)))))
    (undo-boundary)))

(defun lsp-local--uri-path (uri)
  "Return the path of a file URI."
  (decode-coding-string (url-unhex-string (string-remove-prefix "file://" uri)) 'utf-8))

(defun lsp-local--answer-apply-edit (params)
  "Apply the edit in PARAMS for the server; return what came of it."
  (condition-case problem
      (progn (lsp-local--apply (plist-get params :edit))
             (list :applied t))
    (error (list :applied :json-false :failureReason (error-message-string problem)))))

(setf (alist-get 'workspace/applyEdit lsp-local--request-functions) #'lsp-local--answer-apply-edit)

;;; Actions

(defun lsp-local--bounds ()
  "Return where the user wants something to be done: the region, or point."
  (if (use-region-p)
      (cons (region-beginning) (region-end))
    (cons (point) (point))))

(defun lsp-local--need-server ()
  "Let the server know this buffer, or signal a `user-error'."
  (unless (lsp-local--sync)
    (user-error "Lsp-local: %s" (or lsp-local--problem "the server is starting"))))

(defun lsp-local-code-action ()
  "Choose what is to be done with the region, or at point, and do it."
  (interactive)
  (lsp-local--need-server)
  (let ((bounds (lsp-local--bounds))
        (buffer (current-buffer)))
    (lsp-local--request
     :textDocument/codeAction
     (list :textDocument (lsp-local--document)
           :range (lsp-local--range bounds)
           :context (list :diagnostics (vconcat (lsp-local--diagnostics bounds))))
     (lambda (actions)
       ;; Outside of the process filter, which must not wait for a person.
       (run-at-time 0 nil #'lsp-local--choose buffer (append actions nil)))
     #'lsp-local--say)))

(defun lsp-local--choose (buffer actions)
  "Let the user choose one of ACTIONS, and do it in BUFFER."
  (if (null actions)
      (message "lsp-local: nothing can be done here")
    (let* ((titles (mapcar (lambda (action) (plist-get action :title)) actions))
           (title (completing-read "Do: " titles nil t nil nil (car titles))))
      (when (buffer-live-p buffer)
        (with-current-buffer buffer
          (lsp-local--do (seq-find (lambda (action) (equal title (plist-get action :title)))
                                   actions)))))))

(defun lsp-local--do (action)
  "Do ACTION; its edit is asked for where it has none yet."
  (if (or (plist-get action :edit) (plist-get action :command))
      (lsp-local--finish action)
    (lsp-local--work (plist-get action :title) :codeAction/resolve action #'lsp-local--finish)))

(defun lsp-local--finish (action)
  "Apply the edit of ACTION, then execute its command."
  (let ((edit (plist-get action :edit))
        (command (plist-get action :command)))
    (when edit
      (lsp-local--apply-told edit (plist-get action :title)))
    (when command
      (lsp-local--execute (plist-get command :command) (plist-get command :arguments)))))

(defun lsp-local--work (title method params on-result)
  "Ask for METHOD with PARAMS, which takes seconds; call ON-RESULT with the result.
TITLE is what the user has chosen."
  (setq lsp-local--n-waiting (1+ lsp-local--n-waiting))
  (message "lsp-local: %s... (M-x lsp-local-cancel stops it)" title)
  (force-mode-line-update t)
  (setq lsp-local--action-id
        (lsp-local--request method params
                            (lambda (result)
                              (lsp-local--worked)
                              (funcall on-result result))
                            (lambda (problem)
                              (lsp-local--worked)
                              (message "lsp-local: %s: %s" title problem)))))

(defun lsp-local--worked ()
  "Take note that work has ended."
  (setq lsp-local--n-waiting (max 0 (1- lsp-local--n-waiting)))
  (force-mode-line-update t))

(defun lsp-local--apply-told (edit title)
  "Apply EDIT, which came of TITLE, and say so."
  (condition-case problem
      (progn (lsp-local--apply edit)
             (message "lsp-local: %s: done" title))
    (user-error (message "lsp-local: %s: %s" title (error-message-string problem)))))

(defun lsp-local--say (text)
  "Show TEXT."
  (message "lsp-local: %s" text))

(defun lsp-local-cancel ()
  "Stop what was chosen last, or else a download."
  (interactive)
  (if (and lsp-local--action-id (> lsp-local--n-waiting 0))
      (lsp-local--cancel lsp-local--action-id)
    (pcase-dolist (`(,token ,_ ,_ ,percentage) lsp-local--progress)
      (when percentage
        (lsp-local--notify :window/workDoneProgress/cancel (list :token token)))))
  (setq lsp-local--action-id nil))

(defun lsp-local-rewrite (start end instruction)
  "Rewrite the code between START and END by INSTRUCTION.
Interactively that is the region, or the definition or line at point."
  (interactive
   (let ((bounds (if (use-region-p)
                     (cons (region-beginning) (region-end))
                   (or (bounds-of-thing-at-point 'defun) (bounds-of-thing-at-point 'line)))))
     (list (car bounds) (cdr bounds) (read-string "Rewrite: "))))
  (lsp-local--need-server)
  (lsp-local--work instruction :lspLocal/rewrite
                   (list :textDocument (lsp-local--document)
                         :range (lsp-local--range (cons start end))
                         :instruction instruction)
                   ;; Where nothing came of it, the server has said why.
                   (lambda (edit) (when edit (lsp-local--apply-told edit "Rewrite")))))

;;; Hover

(defun lsp-local-eldoc (callback)
  "Have CALLBACK show what the server knows of the symbol at point.
A member of `eldoc-documentation-functions'."
  (when (and lsp-local-hover
             lsp-local--is-ready
             (eq lsp-local--known-to lsp-local--connection)
             (thing-at-point 'symbol)
             (lsp-local--sync))
    (when lsp-local--hover-id
      (lsp-local--cancel lsp-local--hover-id))
    (setq lsp-local--hover-id
          (lsp-local--ask-hover (lambda (text) (when text (funcall callback text)))))
    t))

(defun lsp-local--ask-hover (on-text)
  "Call ON-TEXT with what the server knows of the symbol at point, or with nil."
  (let ((buffer (current-buffer)))
    (lsp-local--request
     :textDocument/hover
     (list :textDocument (lsp-local--document) :position (lsp-local--position))
     (lambda (hover)
       (when (buffer-live-p buffer)
         (with-current-buffer buffer
           (setq lsp-local--hover-id nil)
           (let ((text (plist-get (plist-get hover :contents) :value)))
             (funcall on-text (and (stringp text) (string-trim text))))))))))

(defun lsp-local-describe ()
  "Show in a buffer what the server knows of the symbol at point.
What the model says of it is added as soon as it is written."
  (interactive)
  (lsp-local--need-server)
  (let ((buffer (current-buffer))
        (place (copy-marker (point)))
        (arguments (list lsp-local--uri (lsp-local--position))))
    (lsp-local--ask-hover
     (lambda (text)
       (if (not text)
           (message "lsp-local: nothing is known of this")
         (lsp-local--show-help text)
         (when (string-suffix-p "explaining…" text)
           (lsp-local--execute
            "lspLocal.explain" arguments
            (lambda (is-written)
              (when (and (eq is-written t) (buffer-live-p buffer))
                (with-current-buffer buffer
                  (save-excursion
                    (goto-char place)
                    (lsp-local--ask-hover #'lsp-local--renew-help))))))))))))

(defun lsp-local--show-help (text)
  "Show TEXT in the help buffer."
  (with-help-window lsp-local--help (princ text)))

(defun lsp-local--renew-help (text)
  "Show TEXT, unless it is nil, in the help buffer if that is still visible."
  (when (and text (get-buffer-window lsp-local--help t))
    (lsp-local--show-help text)))

(defun lsp-local--stand-beside ()
  "Let eldoc and flymake show us beside others.
Also called after eglot has put its own functions in place of all."
  (when (bound-and-true-p lsp-local-mode)
    (add-hook 'flymake-diagnostic-functions #'lsp-local-flymake nil t)
    (add-hook 'eldoc-documentation-functions #'lsp-local-eldoc 90 t)
    (when lsp-local-eldoc-strategy
      (setq-local eldoc-documentation-strategy lsp-local-eldoc-strategy))))

(provide 'lsp-local-actions)
;;; lsp-local-actions.el ends here
