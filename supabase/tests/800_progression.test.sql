-- Progression: each rule by itself, in both units.
begin;
\ir helpers.psql
select plan(32);

-- A lift of sets as a plan declares them.
create function pg_temp.lift(
    p_rule text, p_sets text default '[{"set_type": "working", "reps_min": 5, "reps_max": 8, "weight": 100}]',
    p_estimate numeric default null, p_unit text default 'kg'
)
returns private.lift
language sql
as $$
    select private.make_lift(
        p_rule::jsonb,
        (
            select jsonb_agg(case when s ? 'weight' then '{"weight_unit": "kg"}'::jsonb || s else s end)
            from jsonb_array_elements(p_sets::jsonb) as s
        ),
        p_estimate,
        p_unit
    )
$$;

create function pg_temp.session(p_weight numeric, p_reps integer, p_misses integer default 0)
returns private.lift_session
language sql
as $$select date '2026-03-02', array[p_weight], array[p_reps], p_misses$$;

-- Load and reps, as text.
create function pg_temp.next(p_lift private.lift, p_session private.lift_session default null)
returns text
language sql
as $$select n.load || ' x ' || n.reps[1] from private.next_load(p_lift, p_session) as n$$;

select is(private.weight_in(100, 'kg', 'kg'), 100::numeric, 'a weight in its own unit stays as it is');
select is(round(private.weight_in(100, 'kg', 'lb'), 4), 220.4623, 'kilograms are converted to pounds');
select is(private.weight_in(100, 'lb', 'kg'), 45.359237, 'pounds are converted to kilograms exactly');
select is(private.loadable(81, 2.5), 80::numeric, 'a load is rounded to what plates can make');
select is(private.loadable(81.25, 2.5), 82.5, 'a load halfway between two is rounded up');
select is(private.loadable(0, 2.5), 0::numeric, 'a load of 0 stays 0');
select is(private.shown_weight(102.50, 'kg'), '102.5 kg', 'a weight is shown without trailing zeros');
select is(private.shown_weight(0, 'kg'), 'no weight', 'a weight of 0 is shown in words');

select is(
    pg_temp.next(pg_temp.lift('{"scheme": "linear", "increment": 2.5}')),
    '100 x 5',
    'the first load is the one of the plan'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "linear", "increment": 2.5}'), pg_temp.session(100, 5)),
    '102.5 x 5',
    'a linear progression adds the increment after a success'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "linear", "increment": 2.5}'), pg_temp.session(100, 4, 1)),
    '100 x 5',
    'a linear progression repeats the load after a miss'
);
select is(
    pg_temp.next(
        pg_temp.lift('{"scheme": "linear", "increment": 2.5, "deload": {"after_failures": 2, "percent": 10}}'),
        pg_temp.session(100, 4, 1)
    ),
    '100 x 5',
    'a single miss is no deload when two are required'
);
select is(
    pg_temp.next(
        pg_temp.lift('{"scheme": "linear", "increment": 2.5, "deload": {"after_failures": 2, "percent": 10}}'),
        pg_temp.session(100, 4, 2)
    ),
    '90 x 5',
    'two misses are a deload when two are required'
);
select is(
    pg_temp.next(
        pg_temp.lift('{"scheme": "linear", "increment": 2.5, "deload": {"after_failures": 2, "percent": 10}}'),
        pg_temp.session(90, 4, 3)
    ),
    '90 x 5',
    'the misses are counted from 0 after a deload'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "linear", "increment": 2.5, "ceiling": 102}'), pg_temp.session(100, 5)),
    '100 x 5',
    'a progression does not go beyond its ceiling'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "double", "increment": 2.5}'), pg_temp.session(100, 6)),
    '100 x 7',
    'a double progression adds a rep after a success'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "double", "increment": 2.5}'), pg_temp.session(100, 8)),
    '102.5 x 5',
    'a double progression adds load at the highest reps'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "double", "increment": 2.5}'), pg_temp.session(100, 4, 1)),
    '100 x 5',
    'a double progression repeats after a miss'
);
select is(
    pg_temp.next(pg_temp.lift(
        '{"scheme": "percent_1rm"}', '[{"set_type": "working", "reps_min": 5, "reps_max": 5, "percent_1rm": 77.5}]', 130
    )),
    '100 x 5',
    'a percentage of the estimated 1RM is rounded to what plates can make'
);
select is(
    pg_temp.next(pg_temp.lift(
        '{"scheme": "percent_1rm"}', '[{"set_type": "working", "reps_min": 5, "reps_max": 5, "percent_1rm": 75}]'
    )),
    null,
    'a percentage has no load without an estimate'
);
select is(
    pg_temp.next(
        pg_temp.lift(
            '{"scheme": "percent_1rm", "deload": {"after_failures": 1, "percent": 20}}',
            '[{"set_type": "working", "reps_min": 5, "reps_max": 5, "percent_1rm": 80}]', 100
        ),
        pg_temp.session(80, 3, 1)
    ),
    '65 x 5',
    'a percentage is reduced after a miss'
);
select is(pg_temp.next(pg_temp.lift(null)), '100 x 5', 'without a progression the load is the one of the plan');
select
    is(
        pg_temp.next(pg_temp.lift(null), pg_temp.session(120, 5)),
        '100 x 5',
        'without a progression the load of the plan stays, whatever the user lifted'
    );
select is(
    pg_temp.next(
        pg_temp.lift(null, '[{"set_type": "working", "reps_min": 5, "reps_max": 5}]'), pg_temp.session(62, 5)
    ),
    '62 x 5',
    'without a progression and a load in the plan the last load is repeated'
);

select is(
    pg_temp.next(
        pg_temp.lift('{"scheme": "linear", "increment": 5, "unit": "kg"}', p_unit => 'lb'), pg_temp.session(220, 5)
    ),
    '230 x 5',
    'an increment is converted to the unit of the user'
);
select is(
    (pg_temp.lift('{"scheme": "linear", "increment": 5}', p_unit => 'lb')).start,
    220::numeric,
    'a first load is converted to the unit of the user'
);
select
    is(
        (pg_temp.lift('{"scheme": "linear", "increment": 1}')).step,
        1::numeric,
        'an increment below the usual step makes a finer step'
    );
select
    is(
        (pg_temp.lift('{"scheme": "linear", "increment": 10}')).step,
        2.5,
        'an increment above the usual step leaves it as it is'
    );
select is((pg_temp.lift(null, p_unit => 'lb')).step, 5::numeric, 'the step in pounds is 5');
select is(
    (
        pg_temp.lift(null, '[
            {"set_type": "warmup", "weight": 200}, {"set_type": "working", "weight": 100},
            {"set_type": "backoff", "weight": 80}, {"set_type": "working"}
        ]')
    ).shares,
    array[1, 0.8, 1],
    'the shares of working sets are relative to the heaviest'
);
select ok(
    private.meets(pg_temp.lift(null), pg_temp.session(100, 5), array[5])
    and not private.meets(pg_temp.lift(null), pg_temp.session(100, 4), array[5]),
    'a session meets its targets with all reps of all sets'
);
select ok(
    not private.meets(
        pg_temp.lift(null, '[{"set_type": "working", "weight": 100}, {"set_type": "working", "weight": 100}]'),
        pg_temp.session(100, 5), array[null, null]::integer[]
    ),
    'a session with a missing set does not meet its targets'
);

select line from finish() as line;
rollback;
