;;; lsp-local-positions.el --- Places in a text, as the protocol counts them  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Part of the package lsp-local.

;;; Commentary:

;; Pure: no buffer is changed and nobody is spoken to.

;;; Code:

(require 'seq)

(defvar lsp-local--encoding "utf-32" "What positions are counted in.")

(defun lsp-local--clean (text)
  "Return TEXT, character for character, as something that JSON can hold.
A carriage return ends a line in the protocol and none in Emacs, so it
becomes a space."
  (let ((text (substring-no-properties text)))
    (when (string-match-p "[^\x0-\ud7ff\ue000-\x10ffff]" text)
      (setq text (replace-regexp-in-string "[^\x0-\ud7ff\ue000-\x10ffff]" "\ufffd" text t t)))
    (if (string-search "\r" text) (subst-char-in-string ?\r ?\s text) text)))

(defun lsp-local--change (old new)
  "Return the change from OLD to NEW, this buffer's text; nil without one."
  (let ((equal-until (compare-strings old nil nil new nil nil)))
    (unless (eq equal-until t)
      (let* ((start (1- (abs equal-until)))
             (n-tail (lsp-local--n-common-tail old new start))
             (removed (substring old start (- (length old) n-tail)))
             (from (lsp-local--position (+ (save-restriction (widen) (point-min)) start))))
        (list :range (list :start from :end (lsp-local--after from removed))
              :text (substring new start (- (length new) n-tail)))))))

(defun lsp-local--n-common-tail (old new start)
  "Return how many characters OLD and NEW share at their ends, behind START."
  (let* ((n-old (length old))
         (n-new (length new))
         (least 0)
         (most (- (min n-old n-new) start))
         (try most))
    ;; Most changes only insert or only delete: then the first try is right.
    (while (< least most)
      (if (eq t (compare-strings old (- n-old try) (- n-old least)
                                 new (- n-new try) (- n-new least)))
          (setq least try)
        (setq most (1- try)))
      (setq try (/ (+ least most 1) 2)))
    least))

(defun lsp-local--after (position text)
  "Return the position behind TEXT, which begins at POSITION."
  (let ((lines (split-string text "\n")))
    (if (cdr lines)
        (list :line (+ (plist-get position :line) (length lines) -1)
              :character (lsp-local--units (car (last lines))))
      (list :line (plist-get position :line)
            :character (+ (plist-get position :character) (lsp-local--units text))))))

(defun lsp-local--units (text)
  "Return the length of TEXT as the server counts."
  (pcase lsp-local--encoding
    ("utf-32" (length text))
    ("utf-8" (string-bytes (encode-coding-string (lsp-local--clean text) 'utf-8)))
    (_ (lsp-local--utf-16 text))))

(defun lsp-local--utf-16 (text)
  "Return the length of TEXT in UTF-16 units."
  (+ (length text) (seq-count (lambda (char) (< #xffff char #x110000)) text)))

(defun lsp-local--position (&optional at)
  "Return the position of AT, or of point."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (or at (point)))
      (let ((start (let ((inhibit-field-text-motion t)) (line-beginning-position))))
        (list :line (1- (line-number-at-pos nil t))
              :character (lsp-local--units
                          (buffer-substring-no-properties start (point))))))))

(defun lsp-local--range (bounds)
  "Return BOUNDS as a range."
  (list :start (lsp-local--position (car bounds)) :end (lsp-local--position (cdr bounds))))

(defun lsp-local--point-at (position)
  "Return where POSITION is in this buffer; behind a line's end is that end."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (point-min))
      (let ((inhibit-field-text-motion t)
            (n-units (plist-get position :character)))
        (if (or (> (forward-line (plist-get position :line)) 0)
                (equal lsp-local--encoding "utf-32"))
            (min (line-end-position) (+ (point) n-units))
          (while (and (> n-units 0) (not (eolp)))
            (setq n-units (- n-units (lsp-local--units (string (char-after)))))
            (forward-char (if (< n-units 0) 0 1)))
          (point))))))

(provide 'lsp-local-positions)
;;; lsp-local-positions.el ends here
