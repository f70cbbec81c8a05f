"""Which nodes of which grammar declare a name, and which only look one up."""

from lsp_local.grammars import WRAPPERS

NAMES = frozenset(
    {
        *("identifier", "type_identifier", "field_identifier", "property_identifier"),
        *("private_property_identifier", "shorthand_property_identifier", "package_identifier"),
        *("shorthand_property_identifier_pattern", "shorthand_field_identifier", "constant"),
        *("namespace_identifier", "instance_variable", "variable_name", "word"),
    }
)
FUNCTIONS = frozenset(
    {
        *("function_definition", "lambda", "function_declaration", "function_expression"),
        *("generator_function_declaration", "arrow_function", "method_definition"),
        *("method_signature", "function_signature", "abstract_method_signature", "function_type"),
        *("method_declaration", "func_literal", "function_item", "function_signature_item"),
        *("closure_expression", "lambda_expression", "constructor_declaration", "method"),
        *("singleton_method", "method_elem"),
    }
)
COMPREHENSIONS = frozenset(
    {
        *("list_comprehension", "set_comprehension", "dictionary_comprehension"),
        "generator_expression",
    }
)
TYPES = frozenset(
    {
        *("class_definition", "class_declaration", "abstract_class_declaration", "class"),
        *("interface_declaration", "enum_declaration", "record_declaration", "module"),
        *("impl_item", "trait_item", "struct_item", "enum_item", "union_item"),
        *("struct_specifier", "class_specifier", "union_specifier", "struct_type"),
        *("interface_type", "object_type", "object"),
    }
)
PARAMETERS = frozenset(
    {
        *("parameters", "lambda_parameters", "formal_parameters", "closure_parameters"),
        *("parameter_list", "method_parameters", "block_parameters", "inferred_parameters"),
    }
)
# Nodes through which a name is declared: what stands in other fields of theirs is used.
PATTERNS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            *("pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern"),
            *("dictionary_splat_pattern", "as_pattern_target", "array_pattern", "object_pattern"),
            *("rest_pattern", "expression_list", "slice_pattern", "captured_pattern"),
            *("ref_pattern", "mut_pattern", "reference_pattern", "or_pattern", "case_pattern"),
            *("left_assignment_list", "splat_parameter", "rest_assignment", "typed_parameter"),
            *("parenthesized_pattern", "reference_declarator"),
        ),
        (),
    ),
    "pair_pattern": ("key",),
    "object_assignment_pattern": ("right",),
    "assignment_pattern": ("right",),
    "tuple_struct_pattern": ("type",),
    "struct_pattern": ("type",),
    "field_pattern": (),
    "match_pattern": ("condition",),
    "pointer_declarator": (),
    "array_declarator": ("size",),
    "init_declarator": ("value",),
    "function_declarator": ("parameters",),
    "dotted_name": (),
}
# Nodes that declare what stands in this field of theirs, beside definitions.
DECLARING: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            *("named_expression", "default_parameter", "typed_default_parameter", "var_spec"),
            *("variable_declarator", "variadic_parameter_declaration", "const_spec", "type_spec"),
            *("type_alias", "formal_parameter", "enhanced_for_statement", "resource"),
            *("catch_formal_parameter", "keyword_parameter", "block_parameter", "enum_variant"),
            *("variable_assignment", "method_elem", "enum_constant", "enum_assignment"),
            *("enum_body", "function_expression", "hash_splat_parameter", "import_spec"),
        ),
        ("name",),
    ),
    **dict.fromkeys(
        ("assignment", "for_in_clause", "for_in_statement", "short_var_declaration"), ("left",)
    ),
    "for_statement": ("left",),
    "range_clause": ("left",),
    "type_alias_statement": ("left",),
    "required_parameter": ("pattern",),
    "optional_parameter": ("pattern", "name"),
    "let_declaration": ("pattern",),
    "let_condition": ("pattern",),
    "parameter": ("pattern",),
    "for_expression": ("pattern",),
    "match_arm": ("pattern",),
    "arrow_function": ("parameter",),
    "catch_clause": ("parameter",),
    "lambda_expression": ("parameters",),
    "parameter_declaration": ("name", "declarator"),
    "optional_parameter_declaration": ("declarator",),
    "field_declaration": ("name", "declarator"),
    "declaration": ("declarator",),
    "for_range_loop": ("declarator",),
    "as_pattern": ("alias",),
    "aliased_import": ("alias",),
    "use_as_clause": ("alias",),
    "namespace_import": (),
    "import_clause": (),
    "use_list": (),
    "case_clause": (),
}
IMPORTS = frozenset(
    {"import_statement", "import_from_statement", "import_declaration", "use_declaration"}
)
ASSIGNMENTS = frozenset({"assignment", "assignment_expression"})
# Nodes that a declaration stands in alone, so that all of them is what declares.
WHOLES = frozenset(
    {
        *("expression_statement", "lexical_declaration", "variable_declaration", "declaration"),
        *("type_declaration", "const_declaration", "var_declaration", "field_declaration"),
        *("local_variable_declaration", "declaration_command", *WRAPPERS),
    }
)
# By node: the field of the name that is looked up in something.
MEMBERS = {
    "attribute": "attribute",
    "member_expression": "property",
    "field_expression": "field",
    "selector_expression": "field",
    "field_access": "field",
    "method_invocation": "name",
    "scoped_identifier": "name",
    "scoped_type_identifier": "name",
    "call": "method",
    "qualified_identifier": "name",
}
