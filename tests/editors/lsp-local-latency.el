;;; lsp-local-latency.el --- From the last key to ghost text  -*- lexical-binding: t; -*-

;;; Commentary:

;; latency.py runs this in batch, which does not redisplay: what is measured ends at the overlay.

;;; Code:

(require 'lsp-local-tests)

(defconst lsp-local-latency-n 20)
(defconst lsp-local-latency-names
  ["first second" "left right" "width height" "one two" "price count" "low high"])

(defun lsp-local-latency-end ()
  "Return how the last request ended."
  (let (ends)
    (lsp-local--request :lspLocal/why (list :textDocument (lsp-local--document))
                        (lambda (found) (setq ends found)))
    (lsp-local-tests-until ends)
    (aref ends 0)))

(defun lsp-local-latency-of (n)
  "Return milliseconds from a key to its overlay, and by the server's clock.
N is the number of the function that is typed.  The key disagrees with
what is shown, so the model is asked; all but that key is read.  Return
nil where nothing is shown."
  (pcase-let ((`(,one ,two) (split-string (aref lsp-local-latency-names (mod n 6))))
              (shown-at nil))
    (lsp-local-tests-with (format "f%d.py" n)
        (format "def f%d(%s, %s):\n    return <CURSOR>\n" n one two)
      (cl-flet ((watch (&rest _) (setq shown-at (float-time))))
        (lsp-local--ask 2)
        (lsp-local-tests-until (lsp-local-tests-settled-p))
        ;; What is read while nobody waits is not what is measured.
        (sleep-for 1)
        (when lsp-local--is-shown
          (advice-add 'lsp-local--show :after #'watch)
          (unwind-protect
              (let ((start (float-time)))
                (lsp-local-tests-type (substring two 0 1))
                (lsp-local-tests-until (lsp-local-tests-settled-p))
                (let ((end (lsp-local-latency-end)))
                  (when (and lsp-local--is-shown (< 0 (plist-get end :n_predicted)))
                    (list (* 1000 (- shown-at start)) (plist-get end :total_ms)))))
            (advice-remove 'lsp-local--show #'watch)))))))

(defun lsp-local-latency ()
  "Print the figures, a line each."
  (let ((n 0) (n-found 0))
    (while (and (< n-found lsp-local-latency-n) (< n 60))
      (when-let ((found (lsp-local-latency-of n)))
        (princ (format "figures %.2f %.2f\n" (car found) (cadr found)))
        (setq n-found (1+ n-found)))
      (setq n (1+ n)))))

(provide 'lsp-local-latency)
;;; lsp-local-latency.el ends here
