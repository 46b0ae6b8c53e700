-- Measurements: what they accept, and who sees them.
begin;
\ir helpers.psql
select plan(13);

select is(
    pg_temp.run('owner', $$select create_measurement('{"kind": "body_weight", "value": 80}') - array[
        'id', 'measured_at', 'created_at', 'updated_at', 'revision'
    ]$$),
    '{"kind": "body_weight", "unit": "kg", "value": 80, "replayed": false}',
    'a measurement is stored as entered, in the unit of the profile'
);
select is(
    pg_temp.run('owner', $$select create_measurement('{"kind": "waist", "value": 31.5, "unit": "in"}') ->> 'unit'$$),
    'in', 'a length may be in inches'
);
select is(
    pg_temp.run('owner', $$select create_measurement('{"kind": "waist", "value": 80, "unit": "kg"}')$$),
    'PT422 wrong_unit', 'a length is not in kilograms'
);
select is(
    pg_temp.run('owner', $$select create_measurement('{"kind": "body_weight", "value": 44, "unit": "lb"}')$$),
    'PT422 impossible_value', 'nobody who trains weighs 20 kg'
);
select is(
    pg_temp.run('owner', $$
        select create_measurement('{"kind": "waist", "value": 80, "measured_at": "2999-01-01T00:00:00Z"}')
    $$),
    'PT422 measured_in_future', 'nobody has measured tomorrow'
);
select is(
    array[
        pg_temp.run('owner', $$select create_measurement('{"kind": "wrist", "value": 18, "unit": "cm"}')$$),
        pg_temp.run('owner', $$select create_measurement('{"kind": "waist"}')$$),
        pg_temp.run('owner', $$select create_measurement('{}')$$),
        pg_temp.run('owner', $$select create_measurement(null)$$)
    ],
    array['23503', '23502', '23502', '23502'], 'constraints refuse what Python refuses before'
);

create temporary table mine (id text);
insert into mine (id)
select pg_temp.run('owner', $$select create_measurement('{"kind": "neck", "value": 40}') ->> 'id'$$);
select is(
    array[
        pg_temp.run('stranger', format('select get_measurement(%L)', mine.id)),
        pg_temp.run('stranger', format('select delete_measurement(%L)', mine.id)),
        pg_temp.run('stranger', 'select list_measurements() ->> ''total'''),
        pg_temp.run('stranger', 'select get_measurement_series(''neck'') ->> ''points''')
    ],
    array['PT404 measurement_not_found', 'PT404 measurement_not_found', '0', '[]'], 'a stranger finds nothing'
) from mine;
select is(
    array[
        pg_temp.run('anon', format('select get_measurement(%L)', mine.id)),
        pg_temp.run('anon', format('select delete_measurement(%L)', mine.id)),
        pg_temp.run('anon', 'select create_measurement(''{}'')'),
        pg_temp.run('anon', 'select list_measurements()'),
        pg_temp.run('anon', 'select get_measurement_series(''neck'')')
    ],
    array['42501', '42501', '42501', '42501', '42501'], 'anon may call none of the functions'
) from mine;
select is(
    pg_temp.run('owner', format('select delete_measurement(%L, ''{0}'')', mine.id)),
    'PT412 measurement_changed', 'a measurement of another revision stays'
) from mine;
select is(pg_temp.run('owner', format('select delete_measurement(%L)', mine.id)), '', 'its owner deletes it') from mine;
select is(
    array[
        pg_temp.run('owner', 'select list_measurements() ->> ''total'''),
        pg_temp.run('owner', 'select list_measurements(''{waist,neck}'') ->> ''total'''),
        pg_temp.run('owner', 'select list_measurements(p_page => 0)')
    ],
    array['2', '1', 'PT422 invalid_page'], 'the owner lists what is left'
);
select is(
    pg_temp.run('owner', 'select get_measurement_series(''waist'', ''2026-03-02'', ''2026-03-01'')'),
    'PT422 invalid_range', 'a series ends after it began'
);

insert into measurements (user_id, kind, value, unit)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'neck' as kind,
    40 as value,
    'cm' as unit
from generate_series(1, 500);
select is(
    pg_temp.run('owner', $$select create_measurement('{"kind": "neck", "value": 40}')$$),
    'PT429 too_many_measurements', 'a user stores 500 measurements a day'
);

select line from finish() as line;
rollback;
