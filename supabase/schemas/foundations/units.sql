-- Weights in kilograms and pounds.

create function private.weight_in(p_weight numeric, p_from text, p_to text)
returns numeric
language sql
immutable
security invoker
set search_path = ''
as $$
    select case
        when p_from = p_to then p_weight
        when p_to = 'lb' then p_weight / 0.45359237
        else p_weight * 0.45359237
    end
$$;
comment on function private.weight_in(numeric, text, text) is 'A weight in another unit (kg or lb), not rounded.';
grant execute on function private.weight_in(numeric, text, text) to authenticated;


create function private.shown_weight(p_weight numeric, p_unit text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select case
        when p_weight = 0 then 'no weight'
        else pg_catalog.trim_scale(pg_catalog.round(p_weight, 2)) || ' ' || p_unit
    end
$$;
comment on function private.shown_weight(numeric, text) is 'A weight in a sentence.';
grant execute on function private.shown_weight(numeric, text) to authenticated;
