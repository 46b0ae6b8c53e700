-- Exercises: the catalogue is whole, one's own are one's own, and names are compared as people read them.
begin;
\ir helpers.psql
select plan(43);

select cmp_ok((
    select count(*)::integer from exercises
    where user_id is null
), '>=', 320, 'the catalogue has 320 exercises or more');
select is_empty($$
    select e.slug from exercises as e where e.user_id is null and exists (
        select from unnest(e.primary_muscles || e.secondary_muscles) as muscle
        where muscle not in (select m.slug from muscles as m)
    )
$$, 'every muscle of the catalogue is in the table of muscles');
select is_empty($$
    select e.slug from exercises as e where e.user_id is null and exists (
        select from unnest(e.equipment) as piece where piece not in (select q.slug from equipment as q)
    )
$$, 'all equipment of the catalogue is in the table of equipment');
select is_empty($$
    select m.slug from muscles as m
    where (select count(*) from exercises as e where m.slug = any(e.primary_muscles || e.secondary_muscles)) < 6
$$, 'every muscle has six exercises or more');
select is_empty($$
    select r.* from exercise_relations as r where not exists (
        select from exercise_relations as back
        where back.exercise_id = r.related_id and back.related_id = r.exercise_id
        and back.kind = case r.kind
            when 'regression' then 'progression' when 'progression' then 'regression' else r.kind
        end
    )
$$, 'every relation is stored from both sides');
select is_empty($$
    select r.* from exercise_relations as r
    join exercises as e on r.exercise_id = e.id join exercises as easier on r.related_id = easier.id
    where r.kind = 'regression'
    and array_position(array['beginner', 'intermediate', 'advanced'], easier.level)
    > array_position(array['beginner', 'intermediate', 'advanced'], e.level)
$$, 'a regression is not harder than its exercise');

select is(private.search_text('  Clean & Jerk '), 'clean jerk', 'signs separate words');
select is(private.search_text('Développé   Farmer''s'), 'developpe farmers', 'accents and apostrophes are removed');
select is(private.search_text('приседания'), 'приседания', 'letters of other scripts stay');
select is(private.search_text('💪'), '', 'a text without letters and digits is empty');
select is(private.search_words('DB rows'), '{dumbbell,rows}', 'abbreviations are spelled out');
select is(private.word_stem('presses'), 'press', 'a plural has the stem of its singular');
select is(private.word_stem('up'), 'up', 'up is a word and no plural');
select
    is(private.name_key('Back Squats!'), private.name_key('back-squat'), 'two spellings of a name have the same key');
select isnt(
    private.name_key('Low-to-High Fly'), private.name_key('High-to-Low Fly'), 'the order of words is part of the key'
);
select isnt(private.name_key('💪'), private.name_key('🏋'), 'names without letters have keys of their own');
select
    is(
        private.search_document('{Push-Up}'),
        'push up pushup'::tsvector,
        'two words next to each other are indexed as one word too'
    );
select is(
    private.likeness(private.letter_pairs('squat'), private.letter_pairs('squat')), 1::real, 'a word is like itself'
);
select is(
    private.likeness(private.letter_pairs('squat'), private.letter_pairs('bench')),
    0::real,
    'two words without common letters are not alike'
);
select cmp_ok(
    private.likeness(private.letter_pairs('squat'), private.letter_pairs('sqaut')),
    '>=', 0.55::real, 'swapped letters cost little likeness'
);
select ok(private.letter_pairs('') is not null, 'a text without letters has a set of pairs too');

-- What the table itself refuses.
create function pg_temp.refused(p_columns text, p_values text)
returns text
language sql
as $$
    select pg_temp.try('owner', format('insert into exercises (user_id, %s) values (auth.uid(), %s)', p_columns, p_values))
$$;
select is(pg_temp.refused('name', '''Garage Lift'''), '1', 'a name is enough for an exercise');
select is(pg_temp.refused('name', ''' '''), '23514', 'a name is not blank');
select is(pg_temp.refused('name', 'repeat(''x'', 101)'), '23514', 'a name has at most 100 characters');
select is(pg_temp.refused('name', 'null'), '23502', 'an exercise has a name');
select is(pg_temp.refused('name, category', '''X'', ''dance'''), '23514', 'an unknown category is refused');
select
    is(
        pg_temp.refused('name, movement_pattern', '''X'', ''dance'''), '23514', 'an unknown movement pattern is refused'
    );
select is(pg_temp.refused('name, laterality', '''X'', ''both'''), '23514', 'an unknown laterality is refused');
select is(pg_temp.refused('name, joints', '''X'', ''{toe}'''), '23514', 'an unknown joint is refused');
select is(pg_temp.refused('name, cues', '''X'', array[null]'), '23514', 'null in a list is refused');
select
    is(
        pg_temp.refused('name, cues', '''X'', array[array[''a''], array[''b'']]'), '23514', 'a list of lists is refused'
    );
select
    is(
        pg_temp.refused('name, equipment', '''X'', ''{wand}'''),
        'PT422 unknown_equipment',
        'unknown equipment is refused'
    );
select
    is(
        pg_temp.refused('name, primary_muscles', '''X'', ''{wings}'''),
        'PT422 unknown_muscle',
        'an unknown muscle is refused'
    );
select
    is(
        pg_temp.refused('name, secondary_muscles', '''X'', array[null]'),
        'PT422 unknown_muscle',
        'null in a list of muscles is refused'
    );
select is(
    pg_temp.refused('name, primary_muscles, secondary_muscles', '''X'', ''{chest}'', ''{chest}'''),
    'PT422 muscle_listed_twice',
    'a muscle cannot be primary and secondary at once'
);
select
    is(
        pg_temp.refused('name', '''BACK SQUATS'''),
        'PT409 exercise_exists',
        'a user cannot create an exercise with a name of the catalogue'
    );
select
    is(
        pg_temp.refused('name', '''RDL'''),
        'PT409 exercise_exists',
        'a user cannot create an exercise with an alias of the catalogue'
    );

insert into exercises (user_id, name) values ('00000000-0000-4000-8000-00000000000a', 'Garage Lift');
select
    is(
        pg_temp.refused('name', '''garage lifts'''),
        'PT409 exercise_exists',
        'a user cannot create an exercise with the name of another of theirs'
    );
select is(
    pg_temp.try('stranger', 'insert into exercises (user_id, name) values (auth.uid(), ''Garage Lift'')'),
    '1',
    'another user can create an exercise with the same name'
);
select throws_ok(
    $$insert into exercises (slug, name) values ('half', 'Half')$$,
    '23514',
    null,
    'an exercise of our own catalogue is complete'
);
select lives_ok(
    $$insert into exercises (slug, name, source, license) values ('half', 'Half', 'elsewhere', 'Unlicense')$$,
    'an imported exercise may be incomplete'
);
select throws_ok(
    $$insert into exercises (slug, name, source) values ('third', 'Third', 'elsewhere')$$,
    '23514',
    null,
    'an imported exercise has a license'
);
insert into exercises (user_id, name)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'Lift ' || n as name
from generate_series(1, 499) as n;
select is(pg_temp.refused('name', '''One more'''), 'PT409 too_many_exercises', 'a user has at most 500 exercises');

select line from finish() as line;
rollback;
