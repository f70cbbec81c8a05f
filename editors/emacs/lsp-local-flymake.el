;;; lsp-local-flymake.el --- What the server finds odd, in flymake  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Part of the package lsp-local.

;;; Commentary:

;; A backend beside the others.  `flymake-mode' itself is the user's to turn on.

;;; Code:

(require 'flymake)
(require 'lsp-local-documents)

(defvar-local lsp-local--found nil "The server's diagnostics of this buffer.")
(defvar-local lsp-local--report nil "How flymake is told of them.")

(defun lsp-local-flymake (report &rest _)
  "Have REPORT show what the server has found.
A member of `flymake-diagnostic-functions'."
  (setq lsp-local--report report)
  (lsp-local--report))

(defun lsp-local--report ()
  "Tell flymake what the server has found."
  (when lsp-local--report
    (funcall lsp-local--report (mapcar #'lsp-local--as-flymake lsp-local--found)
             :region (cons (point-min) (point-max)))))

(defun lsp-local--as-flymake (diagnostic)
  "Return the server's DIAGNOSTIC as flymake has it."
  (let* ((range (plist-get diagnostic :range))
         (start (lsp-local--point-at (plist-get range :start)))
         (end (lsp-local--point-at (plist-get range :end))))
    (flymake-make-diagnostic (current-buffer) start (max end (min (1+ start) (point-max)))
                             (pcase (plist-get diagnostic :severity) (1 :error) (2 :warning) (_ :note))
                             (format "%s [lsp-local]" (plist-get diagnostic :message))
                             (list 'lsp-local diagnostic))))

(defun lsp-local--hear-diagnostics (params)
  "Take note of the diagnostics in PARAMS, if they are of the text as it is."
  (let ((buffer (lsp-local--buffer-of (plist-get params :uri)))
        (version (plist-get params :version)))
    (when buffer
      (with-current-buffer buffer
        (when (or (null version) (eql version lsp-local--version))
          (setq lsp-local--found (append (plist-get params :diagnostics) nil))
          (lsp-local--report))))))

(setf (alist-get 'textDocument/publishDiagnostics lsp-local--notification-functions)
      #'lsp-local--hear-diagnostics)

(defun lsp-local--diagnostics (bounds)
  "Return flymake's findings on the lines of BOUNDS, whoever has found them."
  (when (bound-and-true-p flymake-mode)
    (save-excursion
      (mapcar #'lsp-local--as-diagnostic
              (flymake-diagnostics
               (progn (goto-char (car bounds)) (line-beginning-position))
               (progn (goto-char (cdr bounds)) (line-end-position)))))))

(defun lsp-local--as-diagnostic (diagnostic)
  "Return flymake's DIAGNOSTIC as the protocol has it."
  (pcase (flymake-diagnostic-data diagnostic)
    (`(lsp-local ,ours) ours)
    (_ (list :range (lsp-local--range (cons (flymake-diagnostic-beg diagnostic)
                                            (flymake-diagnostic-end diagnostic)))
             :severity (pcase (flymake-diagnostic-type diagnostic)
                         ((or :error 'eglot-error) 1)
                         ((or :warning 'eglot-warning) 2)
                         (_ 3))
             :source (format "%s" (flymake-diagnostic-backend diagnostic))
             :message (flymake-diagnostic-text diagnostic)))))

(provide 'lsp-local-flymake)
;;; lsp-local-flymake.el ends here
