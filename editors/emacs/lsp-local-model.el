;;; lsp-local-model.el --- The first run, before there is a model  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Part of the package lsp-local.

;;; Commentary:

;; Where the server has no model, a line in the echo area names the command that gets one.  Nothing
;; is asked: a question would take the keys of whoever is typing.

;;; Code:

(require 'lsp-local-server)

(defvar lsp-local--has-said-so nil "Non-nil once the user was told that there is no model.")

(defun lsp-local--no-model (text)
  "Take note of TEXT, by which there is no model; show it once."
  (setq lsp-local--problem
        (replace-regexp-in-string "; run `.*" "; M-x lsp-local-pull-model gets it"
                                  (string-remove-prefix "lsp-local: " text)))
  (unless lsp-local--has-said-so
    (setq lsp-local--has-said-so t)
    (message "lsp-local: %s" lsp-local--problem))
  (force-mode-line-update t))

(defun lsp-local--lacks-model-p ()
  "Tell whether what is wrong is that there is no model."
  (and lsp-local--problem (string-search "lsp-local-pull-model" lsp-local--problem)))

(defun lsp-local--hear-no-model (params)
  "Take note if there is no model by the message in PARAMS; return whether so."
  (let ((text (plist-get params :message)))
    (when (string-search "`lsp-local model pull" text)
      (lsp-local--no-model text)
      t)))

(add-hook 'lsp-local--message-functions #'lsp-local--hear-no-model)

(defun lsp-local-pull-model (&optional name)
  "Download the model that the server is to have, or the one called NAME.
With a prefix argument the name is asked for.  The mode line shows how
far it is; \\[lsp-local-cancel] stops it, and the next time it goes on
from there."
  (interactive (list (and current-prefix-arg (read-string "Model: "))))
  (unless (lsp-local--start)
    (user-error "Lsp-local: %s" lsp-local--problem))
  (lsp-local--when-ready
   (lambda ()
     (lsp-local--execute "lspLocal.pullModel" (and name (list name)) #'lsp-local--pulling))))

(defun lsp-local--pulling (begun)
  "Say what came of the wish for a model, which is BEGUN.
The server says the rest: what is wrong, or that the model is here."
  (pcase begun
    ("begun" (message "lsp-local: downloading; the mode line shows how far it is"))
    ("running" (message "lsp-local: a model is being downloaded already"))))

(provide 'lsp-local-model)
;;; lsp-local-model.el ends here
