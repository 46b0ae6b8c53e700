-- The JSON with which a plan declares how loads progress.

create function private.is_deload(p_deload jsonb)
returns boolean
language sql
immutable
security invoker
return (
    pg_catalog.jsonb_typeof(p_deload) = 'object'
    and p_deload - array['after_failures', 'percent'] = '{}'
    and private.is_number_between(p_deload -> 'after_failures', 1, 10)
    and p_deload ->> 'after_failures' ~ '^\d+$'
    and private.is_number_between(p_deload -> 'percent', 1, 90)
);
comment on function private.is_deload(jsonb) is 'True for {after_failures, percent}. For check constraints.';
grant execute on function private.is_deload(jsonb) to authenticated;


create function private.is_progression(p_progression jsonb)
returns boolean
language sql
immutable
security invoker
return p_progression is null or coalesce(
    pg_catalog.jsonb_typeof(p_progression) = 'object'
    and p_progression - array['scheme', 'increment', 'unit', 'ceiling', 'deload'] = '{}'
    and p_progression ->> 'scheme' in ('linear', 'double', 'percent_1rm')
    -- The other two schemes would never progress without an increment.
    and (p_progression ->> 'scheme' = 'percent_1rm' or p_progression ? 'increment')
    and (not p_progression ? 'increment' or private.is_number_between(p_progression -> 'increment', 0.01, 100))
    and (not p_progression ? 'unit' or p_progression ->> 'unit' in ('kg', 'lb'))
    and (not p_progression ? 'ceiling' or private.is_number_between(p_progression -> 'ceiling', 0.01, 2000))
    and (not p_progression ? 'deload' or private.is_deload(p_progression -> 'deload')),
    false
);
comment on function private.is_progression(jsonb) is
'True for {scheme: linear|double|percent_1rm, increment?, unit?, ceiling?, deload?: {after_failures, percent}}, and '
'for null. For check constraints.';
grant execute on function private.is_progression(jsonb) to authenticated;
