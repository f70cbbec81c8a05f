;;; lsp-local-ghost.el --- Ghost text at the cursor  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Part of the package lsp-local.

;;; Commentary:

;; After each change the server is asked; what it says is shown in grey until anything moves.

;;; Code:

(require 'lsp-local-documents)
(require 'lsp-local-overlay)

(defcustom lsp-local-is-automatic t
  "Whether suggestions come by themselves; otherwise \\[lsp-local-suggest] asks for one."
  :type 'boolean
  :group 'lsp-local)

(defvar lsp-local-ghost-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "TAB") #'lsp-local-accept)
    (define-key map (kbd "<tab>") #'lsp-local-accept)
    (define-key map [remap forward-word] #'lsp-local-accept-word)
    (define-key map [remap right-word] #'lsp-local-accept-word)
    (define-key map [remap move-end-of-line] #'lsp-local-accept-line)
    (define-key map [remap keyboard-quit] #'lsp-local-dismiss)
    (define-key map (kbd "M-n") #'lsp-local-next)
    map)
  "Keys while a suggestion is shown.")

(defconst lsp-local--quiet-commands
  '(undo undo-only undo-redo revert-buffer save-buffer yank yank-pop)
  "Commands after whose changes nobody asks.")

(defvar-local lsp-local--items nil "All items of the server's last answer.")
(defvar-local lsp-local--told nil "The item of which the server knows that it was shown.")
(defvar-local lsp-local--number 0 "The number of the last request.")
(defvar-local lsp-local--pending nil "The id of the request under way.")
(defvar-local lsp-local--seen nil "The moment after the last command.")

(defvar lsp-local--keys `((lsp-local--is-shown . ,lsp-local-ghost-map))
  "Puts our keys before those of modes while a suggestion is shown.")
(add-to-list 'emulation-mode-map-alists 'lsp-local--keys)

;;; Asking

(defun lsp-local--after-command ()
  "See what the last command has changed."
  (with-demoted-errors "lsp-local: %S"
    (let ((moment (lsp-local--moment))
          (before lsp-local--seen))
      (unless (equal moment before)
        (setq lsp-local--seen moment)
        (lsp-local--follow)
        (cond
         ((and before (equal (nth 2 moment) (nth 2 before))) (lsp-local--moved))
         (before (lsp-local--changed)))))))

(defun lsp-local--moved ()
  "Tell the server that the cursor is elsewhere in the same text."
  (lsp-local--take-back)
  (when (and lsp-local--is-ready (eq lsp-local--known-to lsp-local--connection))
    (lsp-local--notify :lspLocal/didMoveCursor
                       (list :textDocument (lsp-local--document)
                             :position (lsp-local--position)))))

(defun lsp-local--changed ()
  "Tell the server of the new text, and ask it if the user is typing."
  (lsp-local--sync)
  (if (or (not lsp-local-is-automatic)
          (memq this-command lsp-local--quiet-commands)
          (lsp-local--is-silent-p))
      (lsp-local--take-back)
    ;; The next key is here already; it asks.
    (unless (and (input-pending-p) (not executing-kbd-macro))
      (lsp-local--ask 2))))

(defun lsp-local--take-back ()
  "Wait for no answer any more."
  (setq lsp-local--number (1+ lsp-local--number))
  (when lsp-local--pending
    (lsp-local--cancel lsp-local--pending)
    (setq lsp-local--pending nil)))

(defun lsp-local--ask (kind &optional on-answer)
  "Ask for a suggestion at point: KIND is 1 by hand, 2 automatic.
ON-ANSWER is called when it has come."
  (lsp-local--take-back)
  (when (lsp-local--sync)
    (let ((number lsp-local--number)
          (moment (lsp-local--moment))
          (buffer (current-buffer)))
      (setq lsp-local--pending
            (lsp-local--request
             :textDocument/inlineCompletion
             (list :textDocument (lsp-local--document)
                   :position (lsp-local--position)
                   :context (list :triggerKind kind))
             (lambda (items)
               (when (buffer-live-p buffer)
                 (with-current-buffer buffer
                   (when (eql number lsp-local--number)
                     (setq lsp-local--pending nil)
                     (lsp-local--answered moment items)
                     (when on-answer (funcall on-answer)))))))))))

(defun lsp-local--answered (moment items)
  "Show the first of ITEMS, which were asked for at MOMENT; nothing stale is shown."
  (when (and (bound-and-true-p lsp-local-mode)
             (equal moment (lsp-local--moment)))
    (setq lsp-local--items (append (if (vectorp items) items (plist-get items :items)) nil))
    (if (or (null lsp-local--items) (lsp-local--is-silent-p))
        (lsp-local--clear)
      (setq lsp-local--problem nil)
      (lsp-local--show-item (car lsp-local--items)))))

(defun lsp-local--show-item (item)
  "Show what of ITEM is not in the buffer, if it fits what is there."
  (let* ((range (plist-get item :range))
         (start (if range (lsp-local--point-at (plist-get range :start)) (point)))
         (end (if range (lsp-local--point-at (plist-get range :end)) (point)))
         (typed (and (<= start (point)) (buffer-substring-no-properties start (point))))
         (insert (plist-get item :insertText))
         (text (if (stringp insert) insert (plist-get insert :value))))
    (if (and typed (= end (point)) (string-prefix-p typed text) (not (string= typed text)))
        (progn
          (lsp-local--show item (substring text (length typed)) (lsp-local--utf-16 typed))
          (unless (equal (plist-get item :command) (plist-get lsp-local--told :command))
            (setq lsp-local--told item)
            (lsp-local--notify :textDocument/didShowCompletion (list :item item))))
      (lsp-local--clear))))

(defun lsp-local--window-changed (window)
  "Show nothing in WINDOW, of this buffer, once it is no longer the selected one."
  (unless (eq window (selected-window))
    (with-current-buffer (window-buffer window)
      (lsp-local--take-back)
      (lsp-local--clear))))

(defun lsp-local--menu-changed (&rest _)
  "Make room for a completion menu."
  (when (lsp-local-menu-is-open-p)
    (lsp-local--take-back)
    (lsp-local--clear)))

;;; Commands

(defun lsp-local--take (n-chars)
  "Insert the first N-CHARS of the suggestion, as one step of undo."
  (unless lsp-local--is-shown
    (user-error "There is no suggestion"))
  (let* ((item lsp-local--item)
         (text (substring lsp-local--text 0 n-chars))
         (rest (substring lsp-local--text n-chars))
         (n-taken (+ lsp-local--n-taken (lsp-local--utf-16 text))))
    (goto-char (overlay-start lsp-local--overlay))
    (lsp-local--clear)
    (undo-boundary)
    (insert text)
    (undo-boundary)
    (unless (string-empty-p rest)
      (lsp-local--show item rest n-taken))
    (when (lsp-local--sync)
      (lsp-local--tell-taken item (string-empty-p rest) n-taken))))

(defun lsp-local--tell-taken (item is-whole n-taken)
  "Tell the server that N-TAKEN units of ITEM were taken, all if IS-WHOLE."
  (let ((command (plist-get item :command)))
    (cond ((not is-whole)
           (lsp-local--notify :textDocument/didPartiallyAcceptCompletion
                              (list :item item :acceptedLength n-taken)))
          (command
           (lsp-local--execute (plist-get command :command) (plist-get command :arguments))))))

(defun lsp-local-accept ()
  "Insert the whole suggestion."
  (interactive)
  (lsp-local--take (length lsp-local--text)))

(defun lsp-local-accept-word ()
  "Insert the next word of the suggestion."
  (interactive)
  (lsp-local--take
   (if (string-match "\\`[[:space:]\n]*\\(?:\\(?:\\sw\\|\\s_\\)+\\|[^[:space:]\n]\\)"
                     lsp-local--text)
       (match-end 0)
     (length lsp-local--text))))

(defun lsp-local-accept-line ()
  "Insert the next line of the suggestion."
  (interactive)
  (string-match "\\`\n*[^\n]*" lsp-local--text)
  (lsp-local--take (match-end 0)))

(defun lsp-local-dismiss ()
  "Show the suggestion no longer."
  (interactive)
  (lsp-local--take-back)
  (lsp-local--clear))

(defun lsp-local-next ()
  "Show the next suggestion; where the server knows no other, ask it by hand."
  (interactive)
  (let ((next (cadr (memq lsp-local--item lsp-local--items))))
    (cond (next (lsp-local--show-item next))
          ((cdr lsp-local--items) (lsp-local--show-item (car lsp-local--items)))
          (t (lsp-local-suggest)))))

(defun lsp-local-suggest ()
  "Ask for a suggestion here, also where the model is not sure."
  (interactive)
  (let ((before (and lsp-local--is-shown lsp-local--text)))
    (unless (lsp-local--ask
             1 (lambda ()
                 (cond ((not lsp-local--is-shown)
                        (message "lsp-local: no suggestion; M-x lsp-local-why says why"))
                       ((equal before lsp-local--text)
                        (message "lsp-local: no other suggestion")))))
      (message "lsp-local: %s" (or lsp-local--problem "the server is starting")))))

(defun lsp-local--ask-again ()
  "Ask for what could not be answered while the model was loading."
  (with-current-buffer (window-buffer (selected-window))
    (when (and (bound-and-true-p lsp-local-mode)
               (not lsp-local--is-shown)
               (eq last-command 'self-insert-command)
               (equal lsp-local--seen (lsp-local--moment)))
      (lsp-local--changed))))

(add-hook 'lsp-local--loaded-hook #'lsp-local--ask-again)

(provide 'lsp-local-ghost)
;;; lsp-local-ghost.el ends here
