;;; lsp-local-overlay.el --- The suggestion that is shown  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Part of the package lsp-local.

;;; Commentary:

;; One overlay without a width, at point.  While the user types what it shows, it only gets shorter,
;; and nothing flickers.

;;; Code:

(require 'lsp-local-positions)

(defface lsp-local-ghost '((t :inherit shadow))
  "Suggestions that are not in the buffer yet."
  :group 'lsp-local)

(defcustom lsp-local-silent-functions '(lsp-local-menu-is-open-p lsp-local-is-not-inserting-p)
  "Functions without arguments; while one returns non-nil, nothing is shown."
  :type 'hook
  :group 'lsp-local)

(defvar-local lsp-local--is-shown nil "Non-nil while a suggestion is shown.")
(defvar-local lsp-local--overlay nil "What shows it.")
(defvar-local lsp-local--text "" "What of it is not in the buffer.")
(defvar-local lsp-local--item nil "The server's item of which it is a part.")
(defvar-local lsp-local--n-taken 0 "UTF-16 units of the item that are in the buffer.")
(defvar-local lsp-local--shown-at nil "The moment at which it was shown.")
(defvar-local lsp-local--size 0 "The size of the buffer then.")

(defun lsp-local--moment ()
  "Return a value that is another whenever an answer would be stale."
  (list (current-buffer) (point) (buffer-chars-modified-tick)))

(defun lsp-local-menu-is-open-p ()
  "Tell whether a completion menu is open."
  (or completion-in-region-mode
      (bound-and-true-p company-candidates)
      (bound-and-true-p corfu--candidates)))

(defun lsp-local-is-not-inserting-p ()
  "Tell whether this is no place and no time to insert text."
  (or buffer-read-only
      (use-region-p)
      (bound-and-true-p multiple-cursors-mode)
      (memq (bound-and-true-p evil-state) '(normal visual motion operator))
      (memq (bound-and-true-p meow--current-state) '(normal motion keypad beacon))))

(defun lsp-local--is-silent-p ()
  "Tell whether nothing may be shown."
  (or (not (eq (current-buffer) (window-buffer (selected-window))))
      (run-hook-with-args-until-success 'lsp-local-silent-functions)))

(defun lsp-local--show (item text n-taken)
  "Show TEXT at point, the rest of ITEM behind its first N-TAKEN units."
  (let ((is-same (and lsp-local--is-shown
                      (equal text lsp-local--text)
                      (eql (point) (overlay-start lsp-local--overlay)))))
    (unless is-same
      (lsp-local--clear)
      (setq lsp-local--overlay (make-overlay (point) (point) nil t nil))
      (let ((shown (propertize text 'face 'lsp-local-ghost)))
        ;; Where the cursor is drawn: before the suggestion, not behind it.
        (put-text-property 0 1 'cursor t shown)
        (overlay-put lsp-local--overlay 'window (selected-window))
        (overlay-put lsp-local--overlay 'after-string shown)))
    (setq lsp-local--is-shown t
          lsp-local--text text
          lsp-local--item item
          lsp-local--n-taken n-taken
          lsp-local--shown-at (lsp-local--moment)
          lsp-local--size (buffer-size))))

(defun lsp-local--clear ()
  "Show nothing."
  (when lsp-local--overlay
    (delete-overlay lsp-local--overlay))
  (setq lsp-local--overlay nil
        lsp-local--is-shown nil
        lsp-local--text ""))

(defun lsp-local--follow ()
  "Keep of the suggestion what is still to be typed, or show nothing."
  (when (and lsp-local--is-shown (not (equal lsp-local--shown-at (lsp-local--moment))))
    (let* ((start (overlay-start lsp-local--overlay))
           (n-typed (- (point) start))
           (text lsp-local--text))
      (if (and (< 0 n-typed (length text))
               (= n-typed (- (buffer-size) lsp-local--size))
               (string-prefix-p (buffer-substring-no-properties start (point)) text))
          (lsp-local--show lsp-local--item (substring text n-typed)
                           (+ lsp-local--n-taken (lsp-local--utf-16 (substring text 0 n-typed))))
        (lsp-local--clear)))))

(provide 'lsp-local-overlay)
;;; lsp-local-overlay.el ends here
