;;; lsp-local-tests.el --- Types in a real Emacs at a real server  -*- lexical-binding: t; -*-

;;; Commentary:

;; test_emacs.py runs this in batch.  Keys go through Emacs' own command loop; nothing sleeps for a
;; fixed time, and a hang is the test runner's to end.

;;; Code:

(require 'ert)
(require 'lsp-local)

(defconst lsp-local-tests-folder (getenv "EDITOR_TESTS_FOLDER"))

(setq lsp-local-command (split-string (getenv "EDITOR_TESTS_COMMAND") "\t")
      lsp-local-settings (list :model (getenv "EDITOR_TESTS_MODEL") :hover_ms 60000))

(defmacro lsp-local-tests-until (condition)
  "Handle what comes from processes and timers until CONDITION is true."
  `(let ((end (+ (float-time) (string-to-number (or (getenv "EDITOR_TESTS_PATIENCE") "120")))))
     (while (not ,condition)
       (when (> (float-time) end)
         (error "Never true: %S; %s, %S" ',condition (lsp-local--state) (lsp-local-tests-why)))
       (accept-process-output nil 0.01))))

(defun lsp-local-tests-why ()
  "Return how the last requests ended, if that is known soon."
  (let (ends)
    (ignore-errors
      (lsp-local--request :lspLocal/why (list :textDocument (lsp-local--document))
                          (lambda (found) (setq ends (or found t))))
      (with-timeout (5) (while (not ends) (accept-process-output nil 0.01))))
    (and (vectorp ends) (mapcar (lambda (end) (plist-get end :reason)) ends))))

(defun lsp-local-tests-shown ()
  "Return the ghost text as Emacs displays it at point, or \"\"."
  (mapconcat (lambda (overlay)
               (if-let ((shown (overlay-get overlay 'after-string)))
                   (substring-no-properties shown)
                 ""))
             (overlays-in (point) (point)) ""))

(defun lsp-local-tests-type (keys)
  "Type KEYS, a text, as a person does."
  (execute-kbd-macro (string-to-vector keys)))

(defun lsp-local-tests-settled-p ()
  "Tell whether the last request of this buffer is answered."
  (and lsp-local--is-ready (not lsp-local--pending)))

(defun lsp-local-tests-line ()
  "Return the line at point."
  (buffer-substring-no-properties (line-beginning-position) (line-end-position)))

(defmacro lsp-local-tests-with (name text &rest body)
  "Do BODY in a buffer of the file NAME with TEXT, point at its <CURSOR>."
  (declare (indent 2))
  `(let ((path (expand-file-name ,name lsp-local-tests-folder)))
     (with-temp-file path (insert (string-replace "<CURSOR>" "" ,text)))
     (switch-to-buffer (find-file-noselect path))
     (goto-char (1+ (string-match "<CURSOR>" ,text)))
     (buffer-enable-undo)
     (lsp-local-mode 1)
     (lsp-local-tests-until (equal (lsp-local--state) "idle"))
     (unwind-protect
         (progn ,@body)
       (set-buffer-modified-p nil)
       (kill-buffer))))

(ert-deftest lsp-local-tests-ghost-text-is-shown-and-typed-through ()
  (lsp-local-tests-with "sums.py" "def add(first, second):\n    retur<CURSOR>\n"
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until (equal (lsp-local-tests-shown) "first + second"))
    (lsp-local-tests-type "fi")
    (should (equal (lsp-local-tests-shown) "rst + second"))
    (lsp-local-tests-until (lsp-local-tests-settled-p))
    (should (equal (lsp-local-tests-shown) "rst + second"))))

(provide 'lsp-local-tests)
;;; lsp-local-tests.el ends here
