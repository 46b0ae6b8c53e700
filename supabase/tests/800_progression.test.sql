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

select is(private.weight_in(100, 'kg', 'kg'), 100::numeric, 'a weight in its own unit');
select is(round(private.weight_in(100, 'kg', 'lb'), 4), 220.4623, 'kilograms in pounds');
select is(private.weight_in(100, 'lb', 'kg'), 45.359237, 'pounds in kilograms, exactly');
select is(private.loadable(81, 2.5), 80::numeric, 'the nearest that plates make');
select is(private.loadable(81.25, 2.5), 82.5, 'halves go up');
select is(private.loadable(0, 2.5), 0::numeric, 'nothing stays nothing');
select is(private.shown_weight(102.50, 'kg'), '102.5 kg', 'a weight in a sentence');
select is(private.shown_weight(0, 'kg'), 'no weight', 'and none');

select is(
    pg_temp.next(pg_temp.lift('{"scheme": "linear", "increment": 2.5}')), '100 x 5', 'the plan says where to start'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "linear", "increment": 2.5}'), pg_temp.session(100, 5)),
    '102.5 x 5',
    'linear adds'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "linear", "increment": 2.5}'), pg_temp.session(100, 4, 1)),
    '100 x 5',
    'and repeats'
);
select is(
    pg_temp.next(
        pg_temp.lift('{"scheme": "linear", "increment": 2.5, "deload": {"after_failures": 2, "percent": 10}}'),
        pg_temp.session(100, 4, 1)
    ),
    '100 x 5',
    'one miss is no reason to take off'
);
select is(
    pg_temp.next(
        pg_temp.lift('{"scheme": "linear", "increment": 2.5, "deload": {"after_failures": 2, "percent": 10}}'),
        pg_temp.session(100, 4, 2)
    ),
    '90 x 5',
    'two are'
);
select is(
    pg_temp.next(
        pg_temp.lift('{"scheme": "linear", "increment": 2.5, "deload": {"after_failures": 2, "percent": 10}}'),
        pg_temp.session(90, 4, 3)
    ),
    '90 x 5',
    'and then it counts anew'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "linear", "increment": 2.5, "ceiling": 102}'), pg_temp.session(100, 5)),
    '100 x 5',
    'a ceiling resets'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "double", "increment": 2.5}'), pg_temp.session(100, 6)),
    '100 x 7',
    'double raises the reps'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "double", "increment": 2.5}'), pg_temp.session(100, 8)),
    '102.5 x 5',
    'then the load'
);
select is(
    pg_temp.next(pg_temp.lift('{"scheme": "double", "increment": 2.5}'), pg_temp.session(100, 4, 1)),
    '100 x 5',
    'and repeats'
);
select is(
    pg_temp.next(pg_temp.lift(
        '{"scheme": "percent_1rm"}', '[{"set_type": "working", "reps_min": 5, "reps_max": 5, "percent_1rm": 77.5}]', 130
    )),
    '100 x 5',
    'percentages of the estimate, as plates allow'
);
select is(
    pg_temp.next(pg_temp.lift(
        '{"scheme": "percent_1rm"}', '[{"set_type": "working", "reps_min": 5, "reps_max": 5, "percent_1rm": 75}]'
    )),
    null,
    'without an estimate the load is open'
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
    'percentages take off, too'
);
select is(pg_temp.next(pg_temp.lift(null)), '100 x 5', 'no progression is what the plan says');
select is(pg_temp.next(pg_temp.lift(null), pg_temp.session(120, 5)), '100 x 5', 'whatever was lifted');
select is(
    pg_temp.next(
        pg_temp.lift(null, '[{"set_type": "working", "reps_min": 5, "reps_max": 5}]'), pg_temp.session(62, 5)
    ),
    '62 x 5',
    'unless it says nothing'
);

select is(
    pg_temp.next(
        pg_temp.lift('{"scheme": "linear", "increment": 5, "unit": "kg"}', p_unit => 'lb'), pg_temp.session(220, 5)
    ),
    '230 x 5',
    'an increment in the other unit'
);
select is(
    (pg_temp.lift('{"scheme": "linear", "increment": 5}', p_unit => 'lb')).start, 220::numeric, 'and a start in it'
);
select is((pg_temp.lift('{"scheme": "linear", "increment": 1}')).step, 1::numeric, 'a fine increment needs plates');
select is((pg_temp.lift('{"scheme": "linear", "increment": 10}')).step, 2.5, 'coarse ones of nothing');
select is((pg_temp.lift(null, p_unit => 'lb')).step, 5::numeric, 'plates of pounds');
select is(
    (
        pg_temp.lift(null, '[
            {"set_type": "warmup", "weight": 200}, {"set_type": "working", "weight": 100},
            {"set_type": "backoff", "weight": 80}, {"set_type": "working"}
        ]')
    ).shares,
    array[1, 0.8, 1],
    'each working set''s share of the heaviest'
);
select ok(
    private.meets(pg_temp.lift(null), pg_temp.session(100, 5), array[5])
    and not private.meets(pg_temp.lift(null), pg_temp.session(100, 4), array[5]),
    'targets are met or not'
);
select ok(
    not private.meets(
        pg_temp.lift(null, '[{"set_type": "working", "weight": 100}, {"set_type": "working", "weight": 100}]'),
        pg_temp.session(100, 5), array[null, null]::integer[]
    ),
    'a set that was left out misses'
);

select line from finish() as line;
rollback;
