;;; lsp-local-tests-beside.el --- With eglot, and in lsp-mode  -*- lexical-binding: t; -*-

;;; Commentary:

;; The language's own server is played by ours, with all of it turned off.

;;; Code:

(require 'lsp-local-tests)

(defconst lsp-local-tests-mute '(:enabled :json-false :lint "off"))

(ert-deftest lsp-local-tests-eglot-has-its-own-server-beside ()
  (skip-unless (require 'eglot nil t))
  (lsp-local-tests-with "beside.py" lsp-local-tests-add
    (let ((eglot-server-programs
           `((python-mode . (,@lsp-local-command :initializationOptions ,lsp-local-tests-mute))))
          (eglot-sync-connect 60)
          (eglot-connect-timeout 120))
      (apply #'eglot (eglot--guess-contact))
      (lsp-local-tests-until (eglot-managed-p))
      (should (memq #'eglot-hover-eldoc-function eldoc-documentation-functions))
      (should (memq #'lsp-local-eldoc eldoc-documentation-functions))
      (should (eq eldoc-documentation-strategy #'eldoc-documentation-compose-eagerly))
      (lsp-local-tests-type "n ")
      (lsp-local-tests-until-shown "first + second")
      (lsp-local-tests-type "\t")
      (should (equal (lsp-local-tests-line) "    return first + second"))
      (eglot-shutdown (eglot-current-server) nil 60)
      (should lsp-local--is-ready))))

(defvar lsp-session-file)
(defvar lsp-auto-guess-root)
(defvar lsp-restart)
(defvar lsp-enable-snippet)
(defvar lsp-response-timeout)
(declare-function lsp "lsp-mode")
(declare-function lsp-code-actions-at-point "lsp-mode")
(declare-function lsp-execute-code-action "lsp-mode")
(declare-function lsp-request "lsp-mode")
(declare-function lsp-workspaces "lsp-mode")
(declare-function lsp-workspace-shutdown "lsp-mode")
(declare-function lsp--workspace-status "lsp-mode")
(declare-function lsp--workspace-server-capabilities "lsp-mode")
(declare-function lsp--text-document-position-params "lsp-mode")

(defun lsp-local-tests-register-another ()
  "Let lsp-mode have another server for Python."
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () lsp-local-command))
                    :major-modes '(python-mode)
                    :initialization-options (lambda () lsp-local-tests-mute)
                    ;; lsp-mode 8 has every server resolve an action, and takes all they say.
                    :initialized-fn (lambda (workspace)
                                      (remhash "codeActionProvider"
                                               (lsp--workspace-server-capabilities workspace)))
                    :server-id 'another)))

(defmacro lsp-local-tests-in-lsp-mode (name text &rest body)
  "Do BODY in a buffer of the file NAME with TEXT, where lsp-mode has two servers."
  (declare (indent 2))
  `(let ((path (expand-file-name ,name lsp-local-tests-folder))
         (lsp-local-in-lsp-mode t)
         (lsp-response-timeout 120))
     (setq lsp-session-file (expand-file-name "lsp-session" lsp-local-tests-folder)
           lsp-auto-guess-root t
           lsp-restart 'ignore
           lsp-enable-snippet nil)
     (lsp-local-tests-register-another)
     (with-temp-file path (insert ,text))
     (switch-to-buffer (find-file-noselect path))
     (lsp)
     (lsp-local-tests-until
      (and (= 2 (length (lsp-workspaces)))
           (seq-every-p (lambda (one) (eq 'initialized (lsp--workspace-status one)))
                        (lsp-workspaces))))
     (unwind-protect
         (progn ,@body)
       (mapc #'lsp-workspace-shutdown (lsp-workspaces))
       (set-buffer-modified-p nil)
       (kill-buffer))))

(ert-deftest lsp-local-tests-lsp-mode-has-it-as-one-server-more ()
  (skip-unless (require 'lsp-mode nil t))
  (lsp-local-tests-in-lsp-mode "more.py" (string-replace "<CURSOR>" "" lsp-local-tests-clip)
    (lsp-local--maybe-turn-on)
    (should-not lsp-local-mode)
    (goto-char 6)
    (let ((hover (lsp-request "textDocument/hover" (lsp--text-document-position-params))))
      (should (string-match-p "def clip(value, low, high)"
                              (gethash "value" (gethash "contents" hover)))))
    (let ((actions (append (lsp-code-actions-at-point) nil)))
      (lsp-execute-code-action
       (seq-find (lambda (action)
                   (string-prefix-p "Write the docstring" (gethash "title" action)))
                 actions)))
    (lsp-local-tests-until (string-match-p "high):\n    \"\"\"" (buffer-string)))))

(provide 'lsp-local-tests-beside)
;;; lsp-local-tests-beside.el ends here
