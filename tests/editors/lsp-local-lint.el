;;; lsp-local-lint.el --- What is wrong with the sources of lsp-local  -*- lexical-binding: t; -*-

;;; Commentary:

;; Compiles and lints the files that are named on the command line; says what is wrong and exits
;; with 1 if anything is.

;;; Code:

(require 'bytecomp)
(require 'checkdoc)
(require 'package)
(package-initialize)
(require 'package-lint nil t)

(defvar lsp-local-lint-complaints nil)

(defun lsp-local-lint-compile (file)
  "Take note of what the compiler says of FILE."
  (let ((byte-compile-dest-file-function (lambda (_) (make-temp-file "lsp-local" nil ".elc")))
        (byte-compile-log-warning-function
         (lambda (text position &rest _)
           (push (format "%s:%s: %s" file position text) lsp-local-lint-complaints))))
    (byte-compile-file file)))

(defun lsp-local-lint-doc (file)
  "Take note of what checkdoc says of FILE."
  (let ((checkdoc-create-error-function
         (lambda (text start _end &optional _)
           (push (format "%s:%s: %s" file (and start (line-number-at-pos start)) text)
                 lsp-local-lint-complaints)
           nil)))
    (with-current-buffer (find-file-noselect file)
      (checkdoc-current-buffer t))))

(defconst lsp-local-lint-known
  (concat
   ;; Debian 12 has a package-lint that is older than its Emacs.
   "uninstallable in all released Emacs versions"
   ;; It is the only way to be one of lsp-mode's servers without loading lsp-mode.
   "\\|`with-eval-after-load' is for use in configurations")
  "What package-lint may say.")

(defvar package-lint-main-file)
(declare-function package-lint-buffer "package-lint")

(defun lsp-local-lint-package (file main)
  "Take note of what package-lint says of FILE in the package of MAIN."
  (let ((package-lint-main-file (expand-file-name main)))
    (with-current-buffer (find-file-noselect file)
      (pcase-dolist (`(,line ,_column ,_kind ,text) (package-lint-buffer))
        (unless (string-match-p lsp-local-lint-known text)
          (push (format "%s:%d: %s" file line text) lsp-local-lint-complaints))))))

(let* ((files command-line-args-left)
       (main (seq-find (lambda (file) (string-suffix-p "lsp-local.el" file)) files)))
  (dolist (file files)
    (lsp-local-lint-compile file)
    (lsp-local-lint-doc file)
    (when (featurep 'package-lint)
      (lsp-local-lint-package file main)))
  (dolist (complaint (reverse lsp-local-lint-complaints))
    (princ (concat complaint "\n")))
  (kill-emacs (if lsp-local-lint-complaints 1 0)))

;;; lsp-local-lint.el ends here
