-- Exercises: the catalogue is whole, one's own are one's own, and names are compared as people read them.
begin;
\ir helpers.psql
select plan(43);

select cmp_ok((
    select count(*)::integer from exercises
    where user_id is null
), '>=', 320, 'the catalogue is filled');
select is_empty($$
    select e.slug from exercises as e where e.user_id is null and exists (
        select from unnest(e.primary_muscles || e.secondary_muscles) as muscle
        where muscle not in (select m.slug from muscles as m)
    )
$$, 'every muscle is known');
select is_empty($$
    select e.slug from exercises as e where e.user_id is null and exists (
        select from unnest(e.equipment) as piece where piece not in (select q.slug from equipment as q)
    )
$$, 'every piece of equipment is known');
select is_empty($$
    select m.slug from muscles as m
    where (select count(*) from exercises as e where m.slug = any(e.primary_muscles || e.secondary_muscles)) < 6
$$, 'six exercises or more for every muscle');
select is_empty($$
    select r.* from exercise_relations as r where not exists (
        select from exercise_relations as back
        where back.exercise_id = r.related_id and back.related_id = r.exercise_id
        and back.kind = case r.kind
            when 'regression' then 'progression' when 'progression' then 'regression' else r.kind
        end
    )
$$, 'every relation is told from both sides');
select is_empty($$
    select r.* from exercise_relations as r
    join exercises as e on r.exercise_id = e.id join exercises as easier on r.related_id = easier.id
    where r.kind = 'regression'
    and array_position(array['beginner', 'intermediate', 'advanced'], easier.level)
    > array_position(array['beginner', 'intermediate', 'advanced'], e.level)
$$, 'a regression is not harder');

select is(private.search_text('  Clean & Jerk '), 'clean jerk', 'signs part words');
select is(private.search_text('Développé   Farmer''s'), 'developpe farmers', 'accents and apostrophes go');
select is(private.search_text('приседания'), 'приседания', 'other scripts stay');
select is(private.search_text('💪'), '', 'and what is no letter is nothing');
select is(private.search_words('DB rows'), '{dumbbell,rows}', 'abbreviations are spelled out');
select is(private.word_stem('presses'), 'press', 'plurals are one with their words');
select is(private.word_stem('up'), 'up', 'up is a word here');
select is(private.name_key('Back Squats!'), private.name_key('back-squat'), 'one name in two spellings');
select isnt(
    private.name_key('Low-to-High Fly'), private.name_key('High-to-Low Fly'), 'the order of words makes a name'
);
select isnt(private.name_key('💪'), private.name_key('🏋'), 'signs mean themselves');
select is(private.search_document('{Push-Up}'), 'push up pushup'::tsvector, 'neighbours are one word too');
select is(
    private.likeness(private.letter_pairs('squat'), private.letter_pairs('squat')), 1::real, 'a word is like itself'
);
select is(
    private.likeness(private.letter_pairs('squat'), private.letter_pairs('bench')), 0::real, 'and not like others'
);
select cmp_ok(
    private.likeness(private.letter_pairs('squat'), private.letter_pairs('sqaut')),
    '>=', 0.55::real, 'swapped letters cost little'
);
select ok(private.letter_pairs('') is not null, 'no letters are a set too');

-- What the table itself refuses.
create function pg_temp.refused(p_columns text, p_values text)
returns text
language sql
as $$
    select pg_temp.try('owner', format('insert into exercises (user_id, %s) values (auth.uid(), %s)', p_columns, p_values))
$$;
select is(pg_temp.refused('name', '''Garage Lift'''), '1', 'a name is enough');
select is(pg_temp.refused('name', ''' '''), '23514', 'not a blank one');
select is(pg_temp.refused('name', 'repeat(''x'', 101)'), '23514', 'nor a long one');
select is(pg_temp.refused('name', 'null'), '23502', 'nor none');
select is(pg_temp.refused('name, category', '''X'', ''dance'''), '23514', 'known categories');
select is(pg_temp.refused('name, movement_pattern', '''X'', ''dance'''), '23514', 'known patterns');
select is(pg_temp.refused('name, laterality', '''X'', ''both'''), '23514', 'known sides');
select is(pg_temp.refused('name, joints', '''X'', ''{toe}'''), '23514', 'known joints');
select is(pg_temp.refused('name, cues', '''X'', array[null]'), '23514', 'texts are texts');
select is(pg_temp.refused('name, cues', '''X'', array[array[''a''], array[''b'']]'), '23514', 'in one list');
select is(pg_temp.refused('name, equipment', '''X'', ''{wand}'''), 'PT422 unknown_equipment', 'known equipment');
select is(pg_temp.refused('name, primary_muscles', '''X'', ''{wings}'''), 'PT422 unknown_muscle', 'known muscles');
select is(pg_temp.refused('name, secondary_muscles', '''X'', array[null]'), 'PT422 unknown_muscle', 'null is none');
select is(
    pg_temp.refused('name, primary_muscles, secondary_muscles', '''X'', ''{chest}'', ''{chest}'''),
    'PT422 muscle_listed_twice',
    'a muscle is primary or secondary'
);
select is(pg_temp.refused('name', '''BACK SQUATS'''), 'PT409 exercise_exists', 'the catalogue has it already');
select is(pg_temp.refused('name', '''RDL'''), 'PT409 exercise_exists', 'under another name');

insert into exercises (user_id, name) values ('00000000-0000-4000-8000-00000000000a', 'Garage Lift');
select is(pg_temp.refused('name', '''garage lifts'''), 'PT409 exercise_exists', 'as has the user');
select is(
    pg_temp.try('stranger', 'insert into exercises (user_id, name) values (auth.uid(), ''Garage Lift'')'),
    '1',
    'another user may have it too'
);
select throws_ok(
    $$insert into exercises (slug, name) values ('half', 'Half')$$,
    '23514',
    null,
    'the catalogue''s own are complete'
);
select lives_ok(
    $$insert into exercises (slug, name, source, license) values ('half', 'Half', 'elsewhere', 'Unlicense')$$,
    'what is imported may lack what nobody told'
);
select throws_ok(
    $$insert into exercises (slug, name, source) values ('third', 'Third', 'elsewhere')$$,
    '23514',
    null,
    'but not its license'
);
insert into exercises (user_id, name)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'Lift ' || n as name
from generate_series(1, 499) as n;
select is(pg_temp.refused('name', '''One more'''), 'PT409 too_many_exercises', '500 are enough');

select line from finish() as line;
rollback;
