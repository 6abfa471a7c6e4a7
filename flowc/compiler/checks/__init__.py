"""The rules of `flowc check`: one module a rule, its docstring the manual page.

A page is a sentence on what the rule finds, why that is bad, an example after `Bad:`, one after `Good:` (each an
indented block; where the rule needs to know handlers, Python signatures after `Handlers:`), and how to mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType

from flowc.compiler.checks.conditions import (
    array_containment,
    condition_is_text,
    contradiction,
    empty_condition,
    impossible,
    matches_everything,
    never_true,
    not_exhaustive,
    null_or_missing,
)
from flowc.compiler.checks.graph import (
    cycle,
    idle_join,
    inside_own_branch,
    join_without_edges,
    redundant_dependency,
    unreachable,
)
from flowc.compiler.checks.references import (
    bad_index,
    bad_reference,
    bad_slug,
    branch_as_value,
    duplicate_step,
    item_outside_map,
    maybe_skipped,
    never_together,
    optional_field,
    parameter_without_source,
    reserved_slug,
    self_reference,
    slugs_differ_by_case,
    unknown_field,
    unknown_handler,
    unknown_input,
    unknown_step,
    unused_handler,
    unused_input,
)
from flowc.compiler.checks.release import (
    duplicate_slug,
    not_locked,
    released_changed,
    released_deleted,
)
from flowc.compiler.checks.secrets import (
    literal_secret,
    secret_as_value,
)
from flowc.compiler.checks.sense import (
    retry_budget,
    unbounded_map,
)
from flowc.compiler.checks.shape import (
    bad_choice,
    bad_duration,
    empty_branch,
    missing_key,
    out_of_range,
    step_kind,
    steps_list,
    unknown_key,
    wrong_type,
)
from flowc.compiler.checks.text import (
    ambiguous_bool,
    ambiguous_date,
    ambiguous_number,
    anchor_or_alias,
    bad_encoding,
    duplicate_key,
    empty_flow,
    integer_range,
    merge_key,
    multi_document,
    non_string_key,
    not_json,
    nul_or_control,
    tab_indent,
    tag,
    template_braces,
    too_deep_or_large,
    useless_ignore,
    yaml_syntax,
)
from flowc.compiler.checks.types import (
    argument_type,
    bad_schema,
    deep_default,
    extra_argument,
    keyword_typo,
    map_not_array,
    missing_argument,
    reference_type,
    remote_ref,
)
from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic

Check = Callable[[Flow, Signatures], Iterable[Diagnostic]]

# What passes find: these modules hold the rule and its page.
_FOUND_BY_PASSES: tuple[ModuleType, ...] = (
    yaml_syntax,
    tab_indent,
    duplicate_key,
    multi_document,
    anchor_or_alias,
    merge_key,
    tag,
    non_string_key,
    ambiguous_bool,
    ambiguous_number,
    ambiguous_date,
    not_json,
    integer_range,
    nul_or_control,
    bad_encoding,
    too_deep_or_large,
    empty_flow,
    template_braces,
    useless_ignore,
    unknown_key,
    missing_key,
    wrong_type,
    step_kind,
    steps_list,
    bad_duration,
    bad_choice,
    out_of_range,
    empty_branch,
    bad_schema,
    remote_ref,
    keyword_typo,
)

# What a function of the module finds.
_CHECKED: tuple[ModuleType, ...] = (
    unknown_step,
    self_reference,
    unknown_field,
    unknown_input,
    maybe_skipped,
    never_together,
    branch_as_value,
    optional_field,
    bad_reference,
    duplicate_step,
    reserved_slug,
    bad_slug,
    slugs_differ_by_case,
    item_outside_map,
    bad_index,
    unknown_handler,
    parameter_without_source,
    unused_input,
    cycle,
    inside_own_branch,
    redundant_dependency,
    join_without_edges,
    idle_join,
    unreachable,
    condition_is_text,
    never_true,
    impossible,
    empty_condition,
    contradiction,
    array_containment,
    not_exhaustive,
    null_or_missing,
    matches_everything,
    argument_type,
    missing_argument,
    reference_type,
    map_not_array,
    extra_argument,
    deep_default,
    literal_secret,
    secret_as_value,
    unbounded_map,
    retry_budget,
)

# What is found only where a whole project is checked, with its lock and its handlers.
OF_PROJECTS: tuple[ModuleType, ...] = (
    unused_handler,
    released_changed,
    released_deleted,
    duplicate_slug,
    not_locked,
)

CHECKS: tuple[Check, ...] = tuple(module.check for module in _CHECKED)

RULES: dict[str, ModuleType] = {module.RULE.code: module for module in (*_FOUND_BY_PASSES, *_CHECKED, *OF_PROJECTS)}
