;;; lsp-local-latency.el --- From the last key to ghost text  -*- lexical-binding: t; -*-

;;; Commentary:

;; Types code key by key, each after the answer to the one before, and prints the medians over the
;; answers that the model gave: in Emacs, from the key to the overlay, and by the server's own clock.
;; Run as test_emacs.py runs the tests, with -f lsp-local-latency.  Batch mode does not redisplay.

;;; Code:

(require 'lsp-local-tests)

(defconst lsp-local-latency-before "\
class Basket:
    def __init__(self, owner):
        self.owner = owner
        self.items = []

<CURSOR>
")
(defconst lsp-local-latency-typed "\
    def add(self, name, price, count=1):
        self.items.append((name, price, count))

    def total(self):
        result = 0
        for name, price, count in self.items:
            result += price * count
        return result

    def names(self):
        return sorted({item[0] for item in self.items})

    def cheapest(self):
        if not self.items:
            return None
        return min(self.items, key=lambda item: item[1])
")
(defconst lsp-local-latency-n 20)

(defun lsp-local-latency-median (numbers)
  "Return the median of NUMBERS, the greater of two."
  (nth (/ (length numbers) 2) (sort (copy-sequence numbers) #'<)))

(defun lsp-local-latency-end ()
  "Return how the last request ended."
  (let (ends)
    (lsp-local--request :lspLocal/why (list :textDocument (lsp-local--document))
                        (lambda (found) (setq ends found)))
    (lsp-local-tests-until ends)
    (aref ends 0)))

(defun lsp-local-latency ()
  "Print the figures."
  (electric-indent-mode -1)
  (let (ours theirs shown-at)
    (advice-add 'lsp-local--show :after (lambda (&rest _) (setq shown-at (float-time))))
    (lsp-local-tests-with "basket.py" lsp-local-latency-before
      (seq-doseq (key lsp-local-latency-typed)
        (when (< (length ours) lsp-local-latency-n)
          (let ((start (float-time)))
            (setq shown-at nil)
            (if (eq key ?\n) (insert "\n") (lsp-local-tests-type (string key)))
            (lsp-local-tests-until (lsp-local-tests-settled-p))
            (let ((end (lsp-local-latency-end)))
              (when (and shown-at (equal (plist-get end :source) "model"))
                (push (* 1000 (- shown-at start)) ours)
                (push (plist-get end :total_ms) theirs)))))))
    (message "n %d  key to overlay %.1f ms  server %.1f ms  shim %.1f ms  load %S"
             (length ours) (lsp-local-latency-median ours) (lsp-local-latency-median theirs)
             (lsp-local-latency-median (cl-mapcar #'- ours theirs)) (load-average))))

(provide 'lsp-local-latency)
;;; lsp-local-latency.el ends here
