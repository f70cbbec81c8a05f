;;; lsp-local-screen.el --- An Emacs to be looked at  -*- lexical-binding: t; -*-

;;; Commentary:

;; What the user's init file would say, and nothing on the screen that is not of interest.

;;; Code:

(require 'lsp-local)

(setq inhibit-startup-screen t
      create-lockfiles nil
      make-backup-files nil
      auto-save-default nil
      lsp-local-command (split-string (getenv "EDITOR_TESTS_COMMAND") "\t")
      lsp-local-settings (list :model (getenv "EDITOR_TESTS_MODEL"))
      frame-background-mode 'dark)
(menu-bar-mode -1)
(electric-indent-mode -1)
(load-theme 'tango-dark t)
(set-face-background 'default "unspecified-bg")
(set-face-foreground 'default "unspecified-fg")
(set-face-attribute 'mode-line nil :background "#3a3a3a" :foreground "#bcbcbc" :box nil)
(setq-default mode-line-format '("  " mode-line-buffer-identification " %*  L%l  " mode-line-modes))
(global-lsp-local-mode)

(provide 'lsp-local-screen)
;;; lsp-local-screen.el ends here
