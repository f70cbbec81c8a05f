"""The grammars that we use, and what their kinds of nodes mean to us."""

# By LSP language id: the package and the function in it that returns the grammar.
GRAMMARS = {
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "javascriptreact": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "typescriptreact": ("tree_sitter_typescript", "language_tsx"),
    "go": ("tree_sitter_go", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "java": ("tree_sitter_java", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
    "shellscript": ("tree_sitter_bash", "language"),
    "json": ("tree_sitter_json", "language"),
}

_JAVASCRIPT = {
    **dict.fromkeys(("function_declaration", "generator_function_declaration"), "function"),
    **dict.fromkeys(("method_definition", "function_signature"), "function"),
    **dict.fromkeys(("method_signature", "abstract_method_signature"), "function"),
    **dict.fromkeys(("class_declaration", "abstract_class_declaration"), "type"),
    **dict.fromkeys(("interface_declaration", "enum_declaration"), "type"),
    "type_alias_declaration": "alias",
    **dict.fromkeys(("lexical_declaration", "variable_declaration"), "constant"),
    **dict.fromkeys(("public_field_definition", "field_definition", "property_signature"), "field"),
    "internal_module": "module",
}
_C = {
    "function_definition": "function",
    "declaration": "constant",
    "type_definition": "alias",
    **dict.fromkeys(("struct_specifier", "enum_specifier", "union_specifier"), "type"),
    **dict.fromkeys(("preproc_def", "preproc_function_def"), "constant"),
    "field_declaration": "field",
}

# What a node defines: a function, a type (with members), an alias, a constant, a field, a module.
DEFINITIONS: dict[str, dict[str, str]] = {
    "python": {
        "function_definition": "function",
        "class_definition": "type",
        "expression_statement": "constant",
        "type_alias_statement": "alias",
    },
    **dict.fromkeys(("javascript", "javascriptreact"), _JAVASCRIPT),
    **dict.fromkeys(("typescript", "typescriptreact"), _JAVASCRIPT),
    "go": {
        **dict.fromkeys(("function_declaration", "method_declaration"), "function"),
        "type_declaration": "alias",
        **dict.fromkeys(("const_declaration", "var_declaration"), "constant"),
    },
    "rust": {
        **dict.fromkeys(("function_item", "function_signature_item"), "function"),
        **dict.fromkeys(("trait_item", "impl_item"), "type"),
        **dict.fromkeys(("struct_item", "enum_item", "union_item", "type_item"), "alias"),
        **dict.fromkeys(("const_item", "static_item", "macro_definition"), "constant"),
        "mod_item": "module",
    },
    "c": _C,
    "cpp": {**_C, "class_specifier": "type", "namespace_definition": "module"},
    "java": {
        **dict.fromkeys(("class_declaration", "interface_declaration"), "type"),
        **dict.fromkeys(("enum_declaration", "record_declaration"), "type"),
        **dict.fromkeys(("method_declaration", "constructor_declaration"), "function"),
        **dict.fromkeys(("field_declaration", "constant_declaration"), "field"),
    },
    "ruby": {
        **dict.fromkeys(("method", "singleton_method"), "function"),
        **dict.fromkeys(("class", "module"), "type"),
        "assignment": "constant",
    },
    "shellscript": {"function_definition": "function"},
    "json": {},
}

# Nodes that stand around a definition and belong to it.
WRAPPERS = frozenset({"decorated_definition", "export_statement", "ambient_declaration"})

IMPORTS = {
    "python": ("import_statement", "import_from_statement", "future_import_statement"),
    **dict.fromkeys(("javascript", "javascriptreact"), ("import_statement",)),
    **dict.fromkeys(("typescript", "typescriptreact"), ("import_statement",)),
    "go": ("import_declaration",),
    "rust": ("use_declaration",),
    "c": ("preproc_include",),
    "cpp": ("preproc_include", "using_declaration"),
    "java": ("import_declaration",),
}

COMMENTS = frozenset({"comment", "line_comment", "block_comment"})
STRINGS = frozenset(
    {
        *("string", "template_string", "raw_string", "string_literal", "raw_string_literal"),
        *("interpreted_string_literal", "char_literal", "rune_literal", "regex", "character"),
        *("text_block", "heredoc_body", "system_lib_string"),
    }
)

IDENTIFIERS = frozenset(
    {
        *("identifier", "type_identifier", "shorthand_property_identifier"),
        *("shorthand_property_identifier_pattern", "shorthand_field_identifier"),
    }
)
# Lists in lists of names: what they stand in says whether they are defined.
NESTED = frozenset({"expression_list", "tuple", "literal_element"})

# Nodes whose identifiers are all being named: parameters, patterns, imports.
NAMING = frozenset(
    {
        *("parameters", "lambda_parameters", "formal_parameters", "closure_parameters"),
        *("pattern_list", "tuple_pattern", "list_splat_pattern", "dictionary_splat_pattern"),
        *("as_pattern_target", "dotted_name", "aliased_import", "import_specifier"),
        *("array_pattern", "object_pattern", "rest_pattern", "type_parameters", "type_parameter"),
        *("keyword_pattern", "global_statement", "nonlocal_statement", "import_clause"),
        *("namespace_import", "tuple_struct_pattern", "field_pattern", "label_name"),
        *("typed_parameter", "match_pattern", "mut_pattern", "ref_pattern", "reference_pattern"),
        *("slice_pattern", "captured_pattern", "or_pattern", "use_list", "lifetime"),
        "splat_pattern",
        "list_pattern",
    }
)

# By node: which of its fields define a name (True), and which name a part of something (None).
FIELDS: dict[str, dict[str, bool | None]] = {
    "assignment": {"left": True},
    "named_expression": {"name": True},
    "for_statement": {"left": True},
    "for_in_clause": {"left": True},
    "for_in_statement": {"left": True},
    "for_expression": {"pattern": True},
    "default_parameter": {"name": True},
    "typed_default_parameter": {"name": True},
    "function_definition": {"name": True},
    "class_definition": {"name": True},
    "function_declaration": {"name": True},
    "class_declaration": {"name": True},
    "interface_declaration": {"name": True},
    "type_alias_declaration": {"name": True},
    "enum_declaration": {"name": True},
    "function_item": {"name": True},
    "struct_item": {"name": True},
    "enum_item": {"name": True},
    "attribute": {"attribute": None},
    "keyword_argument": {"name": None},
    "variable_declarator": {"name": True},
    "required_parameter": {"pattern": True},
    "optional_parameter": {"pattern": True},
    "arrow_function": {"parameter": True},
    "catch_clause": {"parameter": True},
    "parameter_declaration": {"name": True},
    "short_var_declaration": {"left": True},
    "range_clause": {"left": True},
    "var_spec": {"name": True},
    "const_spec": {"name": True},
    "type_spec": {"name": True},
    "let_declaration": {"pattern": True},
    "let_condition": {"pattern": True},
    "parameter": {"pattern": True},
    "field_expression": {"field": None},
    "scoped_identifier": {"name": None},
    "scoped_type_identifier": {"name": None},
    "selector_expression": {"field": None},
    "qualified_type": {"name": None},
    "keyed_element": {"key": None},
    "pair_pattern": {"value": True},
    "assignment_pattern": {"left": True},
    "object_assignment_pattern": {"left": True},
    "function_expression": {"name": True},
    "generator_function_declaration": {"name": True},
    "abstract_class_declaration": {"name": True},
    "index_signature": {"name": True},
    "jsx_opening_element": {"name": None},
    "jsx_closing_element": {"name": None},
    "jsx_self_closing_element": {"name": None},
    "type_switch_statement": {"alias": True},
    "receive_statement": {"left": True},
    "type_parameter_declaration": {"name": True},
    "enum_variant": {"name": True},
    "const_item": {"name": True},
    "static_item": {"name": True},
    "type_binding": {"name": None},
    "use_as_clause": {"alias": True},
}

# Functions, also those that have no name of their own.
CALLABLES = frozenset(
    {
        *("function_definition", "function_declaration", "generator_function_declaration"),
        *("method_definition", "method_declaration", "constructor_declaration", "function_item"),
        *("function_signature", "method_signature", "abstract_method_signature", "method"),
        *("function_signature_item", "singleton_method", "arrow_function", "function_expression"),
        *("generator_function", "func_literal", "lambda"),
    }
)

# Types that may as well be left out: whole nodes, and by node the fields that hold them.
ANNOTATIONS = frozenset(
    {"type_annotation", "type_predicate_annotation", "asserts_annotation", "asserts"}
)
ANNOTATED: dict[str, tuple[str, ...]] = {
    "typed_parameter": ("type",),
    "typed_default_parameter": ("type",),
    "assignment": ("type",),
    "function_definition": ("return_type",),
    "let_declaration": ("type",),
}
# Nodes that come and go with the annotation of a parameter.
UNTOLD = frozenset(
    {
        *("typed_parameter", "default_parameter", "typed_default_parameter"),
        *("formal_parameters", "required_parameter", "optional_parameter"),
    }
)
# Code in strings.
INTERPOLATIONS = frozenset(
    {"interpolation", "template_substitution", "expansion", "command_substitution"}
)
