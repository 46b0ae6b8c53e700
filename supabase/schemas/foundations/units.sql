-- Weights in kilograms (kg) and pounds (lb).

create function private.kilograms_per_pound()
returns numeric
language sql
immutable
security invoker
return 0.45359237;
comment on function private.kilograms_per_pound() is 'The kilograms in a pound, exactly.';
grant execute on function private.kilograms_per_pound() to authenticated;


create function private.weight_in(p_weight numeric, p_from text, p_to text)
returns numeric
language sql
immutable
security invoker
return case
    when p_from = p_to then p_weight
    when p_to = 'lb' then p_weight / private.kilograms_per_pound()
    else p_weight * private.kilograms_per_pound()
end;
comment on function private.weight_in(numeric, text, text) is
'A weight converted from one unit (kg or lb) to another, not rounded.';
grant execute on function private.weight_in(numeric, text, text) to authenticated;


create function private.shown_weight(p_weight numeric, p_unit text)
returns text
language sql
immutable
security invoker
return case
    when p_weight = 0 then 'no weight'
    else pg_catalog.trim_scale(pg_catalog.round(p_weight, 2))::text || ' ' || p_unit
end;
comment on function private.shown_weight(numeric, text) is
'A weight as a sentence names it: to two decimals, with its unit.';
grant execute on function private.shown_weight(numeric, text) to authenticated;
