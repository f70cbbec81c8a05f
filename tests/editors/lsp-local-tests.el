;;; lsp-local-tests.el --- Types in a real Emacs at a real server  -*- lexical-binding: t; -*-

;;; Commentary:

;; test_emacs.py runs this in batch.  Keys go through Emacs' own command loop; nothing sleeps for a
;; fixed time, and a hang is the test runner's to end.

;;; Code:

(require 'ert)
(require 'lsp-local)

(defconst lsp-local-tests-folder (getenv "EDITOR_TESTS_FOLDER"))

(setq create-lockfiles nil
      make-backup-files nil
      lsp-local-command (split-string (getenv "EDITOR_TESTS_COMMAND") "\t")
      lsp-local-settings (list :model (getenv "EDITOR_TESTS_MODEL") :hover_ms 60000))

(defmacro lsp-local-tests-until (condition)
  "Handle what comes from processes and timers until CONDITION is true."
  `(let ((end (+ (float-time) (string-to-number (or (getenv "EDITOR_TESTS_PATIENCE") "300")))))
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

(defvar lsp-local-tests-loaded nil "The connection whose server has its model.")

(defun lsp-local-tests-until-loaded ()
  "Wait for the model; who asks by hand is answered only then."
  (unless (eq lsp-local-tests-loaded lsp-local--connection)
    (lsp-local--ask 1)
    (lsp-local-tests-until (lsp-local-tests-settled-p))
    (setq lsp-local-tests-loaded lsp-local--connection)
    (lsp-local-dismiss)))

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
     (lsp-local-tests-until-loaded)
     (unwind-protect
         (progn ,@body)
       (set-buffer-modified-p nil)
       (kill-buffer))))

(defmacro lsp-local-tests-until-shown (text)
  "Wait for TEXT as ghost text."
  `(lsp-local-tests-until (equal (lsp-local-tests-shown) ,text)))

(defun lsp-local-tests-workers (server)
  "Return the process ids of the models of the process SERVER."
  (seq-filter (lambda (pid)
                (let ((known (process-attributes pid)))
                  (and (eql server (alist-get 'ppid known))
                       (string-match-p "engine\\.worker" (or (alist-get 'args known) "")))))
              (list-system-processes)))

(defun lsp-local-tests-server ()
  "Return the process of the server."
  (seq-find (lambda (process) (eq lsp-local--connection (process-get process 'jsonrpc-connection)))
            (process-list)))

(defconst lsp-local-tests-add "def add(first, second):\n    retur<CURSOR>\n")
(defconst lsp-local-tests-clip "\
def cl<CURSOR>ip(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value
")

;;; Ghost text

(ert-deftest lsp-local-tests-ghost-text-is-typed-through ()
  (lsp-local-tests-with "typed.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (lsp-local-tests-type "fi")
    (should (equal (lsp-local-tests-shown) "rst + second"))
    (lsp-local-tests-until (lsp-local-tests-settled-p))
    (should (equal (lsp-local-tests-shown) "rst + second"))
    (should (equal (get-text-property 0 'cursor (overlay-get lsp-local--overlay 'after-string)) t))))

(ert-deftest lsp-local-tests-tab-takes-all-and-undo-takes-it-back ()
  (lsp-local-tests-with "all.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (lsp-local-tests-type "\t")
    (should (equal (lsp-local-tests-line) "    return first + second"))
    (should (equal (lsp-local-tests-shown) ""))
    (should (equal lsp-local--sent (buffer-string)))
    (execute-kbd-macro (kbd "C-/"))
    (should (equal (lsp-local-tests-line) "    return "))
    (should (eolp))))

(ert-deftest lsp-local-tests-a-word-is-taken-and-the-rest-stays ()
  (lsp-local-tests-with "word.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (execute-kbd-macro (kbd "M-f"))
    (should (equal (lsp-local-tests-line) "    return first"))
    (should (equal (lsp-local-tests-shown) " + second"))
    (lsp-local-tests-until (lsp-local-tests-settled-p))
    (should (equal (lsp-local-tests-shown) " + second"))
    (execute-kbd-macro (kbd "M-f M-f"))
    (should (equal (lsp-local-tests-line) "    return first + second"))
    (execute-kbd-macro (kbd "C-/"))
    (should (equal (lsp-local-tests-line) "    return first +"))))

(ert-deftest lsp-local-tests-a-line-is-taken-and-the-rest-stays ()
  (lsp-local-tests-with "line.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (lsp-local--answered (lsp-local--moment) [(:insertText "first +\\\n    second\n")])
    (execute-kbd-macro (kbd "C-e"))
    (should (equal (lsp-local-tests-line) "    return first +\\"))
    (should (equal (lsp-local-tests-shown) "\n    second\n"))
    (lsp-local-accept-line)
    (should (equal (lsp-local-tests-line) "    second"))))

(ert-deftest lsp-local-tests-a-line-of-the-server-is-taken ()
  (lsp-local-tests-with "server_line.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (execute-kbd-macro (kbd "C-e"))
    (should (equal (lsp-local-tests-line) "    return first + second"))
    (execute-kbd-macro (kbd "C-/"))
    (should (equal (lsp-local-tests-line) "    return "))))

(ert-deftest lsp-local-tests-dismissed-is-dismissed-until-the-next-key ()
  (lsp-local-tests-with "dismissed.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (execute-kbd-macro (kbd "C-g"))
    (should (equal (lsp-local-tests-shown) ""))
    (should (equal (lsp-local-tests-line) "    return "))
    (should (eq (key-binding (kbd "M-f")) #'forward-word))
    (lsp-local-tests-type "f")
    (lsp-local-tests-until-shown "irst + second")))

(ert-deftest lsp-local-tests-asked-by-hand-it-comes-again ()
  (lsp-local-tests-with "by_hand.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (execute-kbd-macro (kbd "C-g"))
    (lsp-local-suggest)
    (lsp-local-tests-until-shown "first + second")
    (lsp-local-next)
    (lsp-local-tests-until (lsp-local-tests-settled-p))
    (should (equal (lsp-local-tests-shown) "first + second"))))

(ert-deftest lsp-local-tests-next-goes-round ()
  (lsp-local-tests-with "next.py" lsp-local-tests-add
    (lsp-local--answered (lsp-local--moment) [(:insertText "one") (:insertText "two")])
    (should (equal (lsp-local-tests-shown) "one"))
    (execute-kbd-macro (kbd "M-n"))
    (should (equal (lsp-local-tests-shown) "two"))
    (execute-kbd-macro (kbd "M-n"))
    (should (equal (lsp-local-tests-shown) "one"))))

(ert-deftest lsp-local-tests-emoji-move-nothing ()
  (lsp-local-tests-with "emoji.py" "def add(first, second):\n    \"🙂é\"; retur<CURSOR>\n"
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (lsp-local-tests-type "f")
    (lsp-local-tests-until (lsp-local-tests-settled-p))
    (should (equal (lsp-local-tests-shown) "irst + second"))
    (lsp-local-tests-type "\t")
    (should (equal (lsp-local-tests-line) "    \"🙂é\"; return first + second"))))

(ert-deftest lsp-local-tests-only-the-newest-is-shown ()
  (lsp-local-tests-with "newest.py" lsp-local-tests-add
    (let (shown)
      (cl-letf* ((show (symbol-function 'lsp-local--show))
                 ((symbol-function 'lsp-local--show)
                  (lambda (item text n-taken)
                    (push (cons (lsp-local-tests-line) text) shown)
                    (funcall show item text n-taken))))
        ;; No answer is read between these keys.
        (lsp-local-tests-type "n fi")
        (lsp-local-tests-until-shown "rst + second")
        (should (equal shown '(("    return fi" . "rst + second"))))))))

(ert-deftest lsp-local-tests-an-answer-for-an-older-text-is-not-shown ()
  (lsp-local-tests-with "stale.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (let ((pending lsp-local--pending)
          (moment (lsp-local--moment)))
      (should pending)
      ;; Not by a command, so that nobody takes the request back.
      (insert "x")
      (lsp-local--answered moment [(:insertText "first + second")])
      (should (equal (lsp-local-tests-shown) ""))
      (delete-char -1)
      (lsp-local--answered moment [(:insertText "first + second")])
      (should (equal (lsp-local-tests-shown) "")))))

(ert-deftest lsp-local-tests-a-moved-cursor-clears-it ()
  (lsp-local-tests-with "moved.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (execute-kbd-macro (kbd "C-b"))
    (should-not lsp-local--overlay)
    (should (equal (seq-filter (lambda (o) (overlay-get o 'after-string))
                               (overlays-in (point-min) (point-max)))
                   nil))))

(ert-deftest lsp-local-tests-it-makes-room-for-a-menu ()
  (lsp-local-tests-with "menu.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (setq completion-in-region-mode t)
    (unwind-protect
        (progn
          (run-hooks 'completion-in-region-mode-hook)
          (should (equal (lsp-local-tests-shown) ""))
          (lsp-local-tests-type "f")
          (should-not lsp-local--pending))
      (setq completion-in-region-mode nil))
    (lsp-local-tests-type "i")
    (lsp-local-tests-until-shown "rst + second")))

;;; Actions and hover

(defmacro lsp-local-tests-choosing (start &rest body)
  "Do BODY where the user chooses the action whose title begins with START."
  (declare (indent 1))
  `(cl-letf (((symbol-function 'completing-read)
              (lambda (_prompt titles &rest _)
                (or (seq-find (lambda (title) (string-prefix-p ,start title)) titles)
                    (error "Only %S" titles)))))
     ,@body))

(ert-deftest lsp-local-tests-an-action-is-resolved-and-undone-at-once ()
  (lsp-local-tests-with "action.py" lsp-local-tests-clip
    (let ((before (buffer-string)))
      (lsp-local-tests-choosing "Write the docstring"
        (lsp-local-code-action)
        (lsp-local-tests-until (not (equal before (buffer-string)))))
      (should (string-match-p "high):\n    \"\"\"" (buffer-string)))
      (lsp-local-tests-until (equal (lsp-local--state) "idle"))
      (should (looking-at-p "ip(value"))
      (undo-boundary)
      (execute-kbd-macro (kbd "C-/"))
      (should (equal before (buffer-string))))))

(ert-deftest lsp-local-tests-an-edit-for-an-older-text-is-not-applied ()
  (lsp-local-tests-with "old_action.py" lsp-local-tests-clip
    (lsp-local-tests-choosing "Write the docstring"
      (lsp-local-code-action)
      (lsp-local-tests-until (equal (lsp-local--state) "busy"))
      (insert "x")
      (let ((after (buffer-string)))
        (lsp-local-tests-until (equal (lsp-local--state) "idle"))
        (should (equal after (buffer-string)))))))

(ert-deftest lsp-local-tests-work-is-cancelled ()
  (lsp-local-tests-with "cancelled.py" lsp-local-tests-clip
    (let ((before (buffer-string)))
      (lsp-local-tests-choosing "Write the docstring"
        (lsp-local-code-action)
        (lsp-local-tests-until (equal (lsp-local--state) "busy"))
        (lsp-local-cancel)
        (lsp-local-tests-until (equal (lsp-local--state) "idle"))
        (should (equal before (buffer-string)))))))

(ert-deftest lsp-local-tests-an-instruction-is-followed ()
  (lsp-local-tests-with "rewrite.py" "def a<CURSOR>dd(a, b):\n    return a + b\n"
    (lsp-local-rewrite (point-min) (1- (point-max)) "Rename `add` to `plus`.")
    (lsp-local-tests-until (string-match-p "def plus(a, b)" (buffer-string)))))

(ert-deftest lsp-local-tests-eldoc-shows-a-hover ()
  (lsp-local-tests-with "hover.py" lsp-local-tests-clip
    (let (said)
      (setq-local eldoc-display-functions
                  (list (lambda (docs _) (setq said (mapconcat #'car docs "\n")))))
      (eldoc-mode 1)
      (eldoc t)
      (lsp-local-tests-until (and said (string-match-p "def clip(value, low, high)" said))))))

(ert-deftest lsp-local-tests-a-description-is-completed ()
  (lsp-local-tests-with "describe.py" "def tr<CURSOR>iple(value):\n    return 3 * value\n"
    (lsp-local--notify :workspace/didChangeConfiguration
                       (list :settings (plist-put (copy-sequence lsp-local-settings) :hover_ms 1)))
    (let (shown)
      (cl-letf* ((show (symbol-function 'lsp-local--show-help))
                 ((symbol-function 'lsp-local--show-help)
                  (lambda (text) (push text shown) (funcall show text))))
        (lsp-local-describe)
        (lsp-local-tests-until (= (length shown) 2)))
      (should (string-suffix-p "explaining…" (cadr shown)))
      (should (string-suffix-p "it can be wrong" (car shown)))
      (with-current-buffer "*lsp-local help*"
        (should (string-search "def triple(value)" (buffer-string)))
        (should-not (string-search "explaining" (buffer-string)))
        (kill-buffer)))
    (lsp-local--notify :workspace/didChangeConfiguration
                       (list :settings lsp-local-settings))))

;;; The server

(ert-deftest lsp-local-tests-paused-it-is-silent ()
  (lsp-local-tests-with "paused.py" lsp-local-tests-add
    (lsp-local-pause)
    (lsp-local-tests-until (equal (lsp-local--state) "paused"))
    (should (string-match-p "paused" (lsp-local--lighter)))
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until (lsp-local-tests-settled-p))
    (should (equal (lsp-local-tests-shown) ""))
    (lsp-local-resume)
    (lsp-local-tests-until (equal (lsp-local--state) "idle"))
    (lsp-local-tests-type "f")
    (lsp-local-tests-until-shown "irst + second")))

(ert-deftest lsp-local-tests-why-and-stats-are-shown ()
  (lsp-local-tests-with "why.py" lsp-local-tests-add
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")
    (lsp-local-why)
    (lsp-local-tests-until (get-buffer "*lsp-local help*"))
    (with-current-buffer "*lsp-local help*"
      (should (string-match-p "^2:12  shown" (buffer-string))))
    (kill-buffer "*lsp-local help*")
    (lsp-local-stats)
    (lsp-local-tests-until (get-buffer "*lsp-local help*"))
    (with-current-buffer "*lsp-local help*"
      (should (string-match-p "\"work\"" (buffer-string))))
    (kill-buffer "*lsp-local help*")))

(ert-deftest lsp-local-tests-a-killed-worker-comes-again ()
  (lsp-local-tests-with "worker.py" lsp-local-tests-add
    (let ((workers (lsp-local-tests-workers (process-id (lsp-local-tests-server)))))
      (should workers)
      (mapc (lambda (pid) (signal-process pid 'SIGKILL)) workers)
      (lsp-local-tests-type "n ")
      (lsp-local-tests-until
       (progn (lsp-local-tests-until (lsp-local-tests-settled-p))
              (or (equal (lsp-local-tests-shown) "first + second")
                  (progn (lsp-local-suggest) nil)))))))

(ert-deftest lsp-local-tests-a-killed-server-comes-again ()
  (lsp-local-tests-with "server.py" lsp-local-tests-add
    (let ((before lsp-local--connection))
      (signal-process (lsp-local-tests-server) 'SIGKILL)
      (lsp-local-tests-until (null lsp-local--connection))
      (should (equal (lsp-local--state) "error"))
      (lsp-local-tests-type "n ")
      (lsp-local-tests-until (equal (lsp-local--state) "idle"))
      (should-not (eq before lsp-local--connection))
      (lsp-local-suggest)
      (lsp-local-tests-until-shown "first + second"))))

(ert-deftest lsp-local-tests-a-missing-program-is-a-problem-not-an-error ()
  (let ((lsp-local-command '("no-such-program"))
        lsp-local--connection lsp-local--is-ready)
    (with-temp-buffer
      (lsp-local-mode 1)
      (should (equal (lsp-local--state) "error"))
      (should (string-match-p "no-such-program is not found" lsp-local--problem))
      (lsp-local-mode -1)))
  (setq lsp-local--problem nil))

(ert-deftest lsp-local-tests-the-server-is-found-in-a-checkout ()
  (let* ((home (make-temp-file "home" t))
         (program (expand-file-name "lsp-local/.venv/bin/lsp-local" home))
         (process-environment (cons (concat "HOME=" home) process-environment))
         (exec-path '("/usr/bin"))
         (lsp-local-command '("lsp-local" "serve")))
    (unwind-protect
        (progn
          (should (equal (lsp-local--command) '("lsp-local" "serve")))
          (make-directory (file-name-directory program) t)
          (write-region "" nil program nil 'quiet)
          (should (equal (lsp-local--program) "lsp-local"))
          (set-file-modes program #o700)
          (should (equal (lsp-local--command) (list program "serve"))))
      (delete-directory home t))))

;;; Without a model

(ert-deftest lsp-local-tests-no-model-is-said-once ()
  (let ((lsp-local--connection t)
        (lsp-local--is-ready t)
        (params '(:type 1 :message "lsp-local: x is not here yet; run `lsp-local model pull x`"))
        lsp-local--problem lsp-local--has-said-so lsp-local--progress said)
    (cl-letf (((symbol-function 'message) (lambda (&rest words) (push words said))))
      (lsp-local--hear-message params)
      (lsp-local--hear-message params))
    (should (equal said '(("lsp-local: %s" "x is not here yet; M-x lsp-local-pull-model gets it"))))
    (should (equal (lsp-local--state) "no model"))))

(ert-deftest lsp-local-tests-a-download-is-in-the-mode-line ()
  (let ((lsp-local--connection t)
        (lsp-local--is-ready t)
        (lsp-local--problem "x is not here yet; M-x lsp-local-pull-model gets it")
        lsp-local--progress)
    (lsp-local--hear-progress 1 '(:kind "begin" :title "Downloading x" :percentage 0))
    (should (equal (lsp-local--state) "0%"))
    (lsp-local--hear-progress 1 '(:kind "report" :message "42 % of 98 MB" :percentage 42))
    (should (equal (substring-no-properties (lsp-local--lighter)) " Local:42%%"))
    (should (equal (lsp-local--more) "Downloading x, 42 % of 98 MB, 42%"))
    (lsp-local--hear-progress 1 '(:kind "end"))
    (should (equal (lsp-local--state) "no model"))
    (lsp-local--hear-progress 2 '(:kind "begin" :title "Loading x"))
    (should (equal (lsp-local--state) "loading"))
    (lsp-local--hear-progress 2 '(:kind "end"))
    (should (equal (lsp-local--state) "idle"))))

;;; Texts and positions

(defun lsp-local-tests-applied (text change)
  "Return TEXT after CHANGE."
  (with-temp-buffer
    (insert text)
    (let* ((range (plist-get change :range))
           (start (lsp-local--point-at (plist-get range :start)))
           (end (lsp-local--point-at (plist-get range :end))))
      (delete-region start end)
      (goto-char start)
      (insert (plist-get change :text))
      (buffer-string))))

(ert-deftest lsp-local-tests-changes-make-the-new-text-of-the-old ()
  (let ((pieces ["a" "aa" "\n" "🙂" "é" "\n\n" "b" "" "a\nb" "🙂🙂\n"])
        (random-seed (random "lsp-local")))
    (ignore random-seed)
    (dolist (lsp-local--encoding '("utf-8" "utf-16" "utf-32"))
      (dotimes (_ 100)
        (let ((old (mapconcat (lambda (_) (aref pieces (random 10))) (make-list 6 nil) ""))
              (new (mapconcat (lambda (_) (aref pieces (random 10))) (make-list 6 nil) "")))
          (with-temp-buffer
            (insert new)
            (let ((change (lsp-local--change old new)))
              (should (equal new (if change (lsp-local-tests-applied old change) old))))))))))

(ert-deftest lsp-local-tests-positions-come-back ()
  (with-temp-buffer
    (insert "é🙂x\n\n🙂🙂")
    (dolist (lsp-local--encoding '("utf-8" "utf-16" "utf-32"))
      (dolist (at (number-sequence (point-min) (point-max)))
        (should (equal at (lsp-local--point-at (lsp-local--position at))))))
    (let ((lsp-local--encoding "utf-16"))
      (should (equal (lsp-local--position 3) '(:line 0 :character 3)))
      (should (equal (lsp-local--point-at '(:line 0 :character 99)) 4))
      (should (equal (lsp-local--point-at '(:line 99 :character 0)) (point-max))))))

(ert-deftest lsp-local-tests-what-json-cannot-hold-is-replaced ()
  (let* ((odd (concat "a\rb" (string #x3fffff #xd800 #x110000) "🙂"))
         (clean (lsp-local--clean odd)))
    (should (equal clean (concat "a b" "\ufffd\ufffd\ufffd" "🙂")))
    (should (json-serialize (list :text clean)))))

(ert-deftest lsp-local-tests-a-narrowed-buffer-is-known-whole ()
  (lsp-local-tests-with "narrowed.py" lsp-local-tests-add
    (narrow-to-region (line-beginning-position) (line-end-position))
    (lsp-local-tests-type "n ")
    (lsp-local-tests-until-shown "first + second")))

(provide 'lsp-local-tests)
;;; lsp-local-tests.el ends here
