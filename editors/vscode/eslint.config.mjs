import eslint from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(eslint.configs.recommended, tseslint.configs.strictTypeChecked, {
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    // The same limits as for Python files: they keep a shim a shim.
    "max-lines": ["error", 300],
    "max-lines-per-function": ["error", 40],
    "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
  },
});
