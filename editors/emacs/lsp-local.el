;;; lsp-local.el --- Ghost text from a small model on your own CPU  -*- lexical-binding: t; -*-

;; Author: The authors of lsp-local
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: convenience, tools, languages
;; URL: https://lsp-local.invalid
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Suggestions at the cursor, code actions and hover from `lsp-local serve', a language server with
;; a small code model that runs on your own CPU.  It works with or without eglot, beside whatever
;; language servers a buffer has:
;;
;;     (global-lsp-local-mode)
;;
;; While a suggestion is shown, TAB takes it, M-f a word of it, C-e a line, C-g none of it.

;;; Code:

(require 'lsp-local-server)
(require 'lsp-local-ghost)
(require 'lsp-local-actions)
(require 'lsp-local-flymake)
(require 'lsp-local-model)

(defcustom lsp-local-in-lsp-mode nil
  "Whether lsp-mode talks to the server, and not a connection of our own.
Only lsp-mode 10 and newer have suggestions at the cursor."
  :type 'boolean
  :group 'lsp-local)

;;;###autoload
(define-minor-mode lsp-local-mode
  "Suggestions, code actions and hover from a small model on your own CPU."
  :lighter (:eval (lsp-local--lighter))
  :group 'lsp-local
  (if lsp-local-mode
      (lsp-local--turn-on)
    (lsp-local--turn-off)))

;;;###autoload
(define-globalized-minor-mode global-lsp-local-mode lsp-local-mode lsp-local--maybe-turn-on
  :group 'lsp-local
  :predicate '(prog-mode))

(defconst lsp-local--hooks
  '((post-command-hook . lsp-local--after-command)
    (after-save-hook . lsp-local--saved)
    (kill-buffer-hook . lsp-local--turn-off)
    (change-major-mode-hook . lsp-local--turn-off)
    (window-selection-change-functions . lsp-local--window-changed)
    (completion-in-region-mode-hook . lsp-local--menu-changed)
    (company-completion-started-hook . lsp-local--menu-changed)
    (eglot-managed-mode-hook . lsp-local--stand-beside))
  "What a buffer's mode listens to.")

(defun lsp-local--maybe-turn-on ()
  "Turn the mode on in a buffer of a file on this machine."
  (when (and buffer-file-name
             (not lsp-local-in-lsp-mode)
             (not (file-remote-p buffer-file-name)))
    (lsp-local-mode 1)))

(defun lsp-local--turn-on ()
  "Begin with this buffer."
  (pcase-dolist (`(,hook . ,function) lsp-local--hooks)
    (add-hook hook function nil t))
  (setq lsp-local--seen (lsp-local--moment))
  (lsp-local--stand-beside)
  (lsp-local--sync))

(defun lsp-local--turn-off ()
  "Leave this buffer."
  (pcase-dolist (`(,hook . ,function) lsp-local--hooks)
    (remove-hook hook function t))
  (remove-hook 'eldoc-documentation-functions #'lsp-local-eldoc t)
  (remove-hook 'flymake-diagnostic-functions #'lsp-local-flymake t)
  (when (eq eldoc-documentation-strategy lsp-local-eldoc-strategy)
    (kill-local-variable 'eldoc-documentation-strategy))
  (lsp-local-dismiss)
  (lsp-local--close))

;;; What is going on

(defun lsp-local--state ()
  "Return in one word what the server is doing."
  (cond ((null lsp-local--connection) (if lsp-local--problem "error" "off"))
        ((not lsp-local--is-ready) "starting")
        ((seq-some #'lsp-local--is-loading-p lsp-local--progress) "loading")
        ((seq-some #'lsp-local--percentage lsp-local--progress))
        ((lsp-local--lacks-model-p) "no model")
        (lsp-local--problem "error")
        (lsp-local--is-paused "paused")
        ((or lsp-local--progress (> lsp-local--n-waiting 0)) "busy")
        (t "idle")))

(defun lsp-local--percentage (work)
  "Return how far WORK is as a text, or nil where nobody knows."
  (let ((percentage (nth 3 work)))
    (and percentage (format "%d%%" percentage))))

(defun lsp-local--lighter ()
  "Return what is to be in the mode line."
  (let ((state (string-replace "%" "%%" (lsp-local--state))))
    (if (equal state "idle")
        " Local"
      (propertize (format " Local:%s" state)
                  'help-echo (lsp-local--more)))))

(defun lsp-local--work-in-words ()
  "Return what the server is working on."
  (mapconcat (lambda (work)
               (string-join (delq nil (list (nth 1 work) (nth 2 work) (lsp-local--percentage work)))
                            ", "))
             lsp-local--progress "; "))

(defun lsp-local--more ()
  "Return what more there is to say of the state."
  (if (or lsp-local--progress (null lsp-local--problem))
      (lsp-local--work-in-words)
    lsp-local--problem))

(defun lsp-local-status ()
  "Say what the server is doing, and what is wrong if anything is."
  (interactive)
  (message "lsp-local: %s%s" (lsp-local--state)
           (let ((more (lsp-local--more)))
             (if (string-empty-p more) "" (concat ": " more)))))

(defun lsp-local-pause ()
  "Have the server be silent and leave the processor alone."
  (interactive)
  (lsp-local--pause "lspLocal.pause"))

(defun lsp-local-resume ()
  "Have the server suggest again."
  (interactive)
  (lsp-local--pause "lspLocal.resume"))

(defun lsp-local-toggle-pause ()
  "Do the one or the other."
  (interactive)
  (lsp-local--pause "lspLocal.togglePause"))

(defun lsp-local--pause (command)
  "Execute COMMAND, whose result is whether the server is paused."
  (lsp-local--need-server)
  (lsp-local--clear)
  (lsp-local--execute command nil
                      (lambda (is-paused)
                        (setq lsp-local--is-paused (eq is-paused t))
                        (force-mode-line-update t)
                        (message "lsp-local: %s" (if lsp-local--is-paused "paused" "resumed")))))

(defun lsp-local-forget-feedback ()
  "Have the server forget what you made of suggestions."
  (interactive)
  (lsp-local--need-server)
  (lsp-local--execute "lspLocal.forgetFeedback" nil
                      (lambda (_) (message "lsp-local: forgotten"))))

(defun lsp-local-why ()
  "Show how the last requests in this buffer ended, and why nothing was shown."
  (interactive)
  (lsp-local--need-server)
  (lsp-local--request :lspLocal/why (list :textDocument (lsp-local--document))
                      (lambda (ends)
                        (with-help-window "*lsp-local help*"
                          (princ (if (seq-empty-p ends) "Nothing was asked here yet.\n"
                                   (mapconcat #'lsp-local--end-in-words ends "\n")))))
                      #'lsp-local--say))

(defun lsp-local--end-in-words (end)
  "Return END, how one request ended, as a line."
  (format "%d:%d  %s%s  (%s ms, %s)"
          (1+ (plist-get end :line)) (1+ (plist-get end :character))
          (plist-get end :reason)
          (let ((text (plist-get end :suggestion)))
            (if (stringp text) (format " %S" text) ""))
          (plist-get end :total_ms) (plist-get end :source)))

(defun lsp-local-stats ()
  "Show what the server has done so far."
  (interactive)
  (lsp-local--need-server)
  (lsp-local--request :lspLocal/stats (make-hash-table)
                      (lambda (figures)
                        (with-help-window "*lsp-local help*"
                          (princ (lsp-local--as-json figures))))
                      #'lsp-local--say))

(defun lsp-local--as-json (value)
  "Return VALUE as JSON for people."
  (with-temp-buffer
    (insert (json-serialize value :null-object nil :false-object :json-false))
    (json-pretty-print-buffer)
    (buffer-string)))

(defun lsp-local-restart ()
  "Start the server anew, with the options as they are now."
  (interactive)
  (lsp-local--stop)
  (if (lsp-local--start)
      (message "lsp-local: started")
    (message "lsp-local: %s" lsp-local--problem)))

(defun lsp-local-stop ()
  "End the server until the next change in a buffer that has the mode."
  (interactive)
  (lsp-local--stop)
  (force-mode-line-update t))

;;; lsp-mode

(declare-function lsp-register-client "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(declare-function make-lsp-client "lsp-mode")

(defun lsp-local--register-with-lsp-mode ()
  "Let lsp-mode, which is loaded, know the server as one beside others."
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection #'lsp-local--command)
                    :activation-fn (lambda (&rest _)
                                     (and lsp-local-in-lsp-mode
                                          (not lsp-local-mode)
                                          (derived-mode-p 'prog-mode)))
                    :initialization-options #'lsp-local--initialization-options
                    :server-id 'lsp-local
                    :add-on? t
                    :multi-root t)))

;;;###autoload
(with-eval-after-load 'lsp-mode
  (require 'lsp-local)
  (lsp-local--register-with-lsp-mode))

(provide 'lsp-local)
;;; lsp-local.el ends here
