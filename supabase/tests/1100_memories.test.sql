-- Memories: known once, replaced and never recalled again, forgotten for good, and each user's own.
begin;
\ir helpers.psql
select plan(45);

create function pg_temp.a_memory(p_content text, p_more jsonb default '{}')
returns text
language sql
as $$
    select format('%L::jsonb', jsonb_build_object('content', p_content, 'kind', 'fact') || p_more)
$$;

create function pg_temp.known(p_who text default 'owner')
returns text
language sql
as $$
    select pg_temp.run(p_who, $q$
        select string_agg(m ->> 'content', '; ' order by m ->> 'content')
        from jsonb_array_elements(list_memories() -> 'items') as m
    $q$)
$$;

-- A vector that points in one direction.
create function pg_temp.pointing(p_direction integer)
returns text
language sql
as $$
    select '[' || string_agg(case when n = p_direction then '1' else '0' end, ',' order by n) || ']'
    from generate_series(1, 768) as n
$$;

select is(private.gist('The knees hurt!'), private.gist('hurting knee'), 'the same words say the same');
select isnt(private.gist('I like running'), private.gist('I don''t like running'), 'to like is not not to like');
select is(private.gist('and, the'), array['and, the'], 'stop words say themselves');

select is(pg_temp.run('anon', 'select create_memory(' || pg_temp.a_memory('X') || ')'), '42501', 'nobody is not known');
select is(
    pg_temp.run(
        'owner', 'select create_memory(' || pg_temp.a_memory('Hurt the left knee skiing.') || ') ->> ''times_told'''
    ),
    '1', 'something is known'
);
select is(
    pg_temp.run(
        'owner', 'select create_memory(' || pg_temp.a_memory('hurt left knee, skiing') || ') ->> ''times_told'''
    ),
    '2', 'and told once more'
);
select is(pg_temp.known(), 'Hurt the left knee skiing.', 'but known once');
select is(pg_temp.known('stranger'), null, 'and to nobody else');
select is((select embedding_claimed_at from memories), null, 'nobody embeds it yet');

create temporary table claimed as
select pg_temp.run('owner', 'select claim_unembedded_memories() -> ''memories''')::jsonb as memories;
select is(jsonb_array_length(memories), 1, 'it waits for an embedding') from claimed;
select is(pg_temp.run('owner', 'select claim_unembedded_memories() -> ''memories'''), '[]', 'which one instance makes');
select is(pg_temp.run('stranger', 'select claim_unembedded_memories() -> ''memories'''), '[]', 'of the user''s own');
select is(
    pg_temp.run('owner', format('select content from match_memories(%L, ''my knee'')', pg_temp.pointing(2))),
    'Hurt the left knee skiing.', 'meanwhile it is found by its words'
);
select is(pg_temp.run('anon', 'select claim_unembedded_memories()'), '42501', 'and nobody''s');
select
    is(
        pg_temp.run('stranger', format(
            'select store_embeddings(%L) ->> ''stored''',
            jsonb_build_object('memories', jsonb_build_array(memories -> 0 || jsonb_build_object(
                'embedding', pg_temp.pointing(1)
            )))
        )),
        '0', 'a stranger writes none'
    )
from claimed;
select
    is(
        pg_temp.run('owner', format(
            'select store_embeddings(%L) ->> ''stored''',
            jsonb_build_object('memories', jsonb_build_array(memories -> 0 || jsonb_build_object(
                'embedding', pg_temp.pointing(1)
            )))
        )),
        '1', 'its owner does'
    )
from claimed;
select
    is(
        pg_temp.run('owner', format(
            'select store_embeddings(%L) ->> ''stored''',
            jsonb_build_object('memories', jsonb_build_array(
                memories -> 0 || jsonb_build_object('embedding', pg_temp.pointing(2), 'content', 'Something else')
            ))
        )),
        '0', 'not of what it does not say any more'
    )
from claimed;

select is(
    pg_temp.run('owner', format('select content from match_memories(%L, ''legs'')', pg_temp.pointing(1))),
    'Hurt the left knee skiing.', 'a vector recalls it'
);
select is(
    pg_temp.run('owner', 'select content from match_memories(null, ''my knee'')'),
    'Hurt the left knee skiing.', 'and a word, without any vector'
);
select is(
    pg_temp.run('owner', format('select content from match_memories(%L, ''hello'')', pg_temp.pointing(2))),
    null, 'and nothing what has nothing to do with it'
);
select is(
    pg_temp.run('stranger', format('select count(*) from match_memories(%L, ''my knee'')', pg_temp.pointing(1))),
    '0', 'a stranger recalls nothing'
);
select is(pg_temp.run('anon', 'select match_memories(null, ''my knee'')'), '42501', 'nobody recalls nothing');
select is(
    pg_temp.run('owner', format('select count(*) from match_memories(%L, ''knee'', 0)', pg_temp.pointing(1))),
    '0', 'as many as were asked for'
);
select is(
    pg_temp.run('owner', format('select count(*) from match_memories(%L, ''knee'', 10, 5)', pg_temp.pointing(1))),
    '0', 'as similar as was asked for'
);

-- What replaces another.
create temporary table healed as
select
    m.user_id,
    m.id
from memories as m;
select
    private.remember(
        h.user_id, jsonb_build_object('content', 'The left knee has healed.', 'kind', 'injury', 'replaces', h.id), null
    )
from healed as h;
select is(pg_temp.known(), 'The left knee has healed.', 'what was replaced is not known any more');
select is(
    pg_temp.run('owner', 'select count(*) from match_memories(null, ''knee skiing'')'), '1', 'nor recalled'
);
select is(
    pg_temp.run('owner', 'select list_memories(null, null, true) ->> ''total'''), '2', 'but history'
);
select is(
    pg_temp.run('owner', 'select list_memories(''heal kn'') ->> ''total'''), '1', 'found by beginnings of words'
);
select is(pg_temp.run('owner', 'select list_memories(''!!'') ->> ''total'''), '1', 'signs are no words');
select is(pg_temp.run('owner', 'select list_memories(null, ''{goal}'') ->> ''total'''), '0', 'of a kind');
select is(pg_temp.run('owner', 'select list_memories(null, null, false, 0)'), 'PT422 invalid_page', 'by pages');
select
    private.remember(
        h.user_id, jsonb_build_object('content', 'Lives by the sea.', 'kind', 'fact', 'replaces', m.id), null
    )
from healed as h
inner join memories as m on h.user_id <> m.user_id;
select is((
    select count(*) from memories
    where superseded_at is not null
), 1::bigint, 'nobody replaces another''s');

-- Corrected, pinned, forgotten.
create temporary table one as
select id from memories
where superseded_at is null;
update memories
set embedding = (pg_temp.pointing(1))::extensions.halfvec
where superseded_at is null;
select is(
    pg_temp.run('owner', (select format('select update_memory(%L, ''{"pinned": true}'') ->> ''pinned''', id) from one)),
    'true', 'pinned'
);
select is((
    select count(embedding) from memories
    where superseded_at is null
), 1::bigint, 'it says the same');
select is(
    pg_temp.run('owner', (
        select format('select update_memory(%L, ''{"content": "Both knees healed."}'') ->> ''content''', id) from one
    )),
    'Both knees healed.', 'corrected'
);
select is((
    select count(embedding) from memories
    where superseded_at is null
), 0::bigint, 'it says something else');
select pg_temp.run('owner', 'select create_memory(' || pg_temp.a_memory('Has a dog.') || ')');
select is(
    pg_temp.run('owner', (
        select format('select update_memory(%L, ''{"content": "Has a dog"}'')', id) from one
    )),
    'PT409 memory_exists', 'nothing is known twice'
);
select is(
    pg_temp.run('owner', (select format('select update_memory(%L, ''7'')', id) from one)),
    'PT422 invalid_changes', 'changes are an object'
);
select is(
    pg_temp.run('stranger', (select format('select update_memory(%L, ''{}'')', id) from one)),
    'PT404 memory_not_found', 'a stranger corrects nothing'
);
select is(
    pg_temp.run('stranger', (select format('select delete_memory(%L)', id) from one)),
    'PT404 memory_not_found', 'and forgets nothing'
);
select is(pg_temp.run('owner', (select format('select delete_memory(%L)', id) from one)), '', 'its owner does');
select is((
    select count(*) from memories
    where superseded_by is not null
), 0::bigint, 'and nothing refers to it');
select is(pg_temp.run('stranger', 'select delete_memories() ->> ''forgotten'''), '0', 'nothing of another''s');
select is(pg_temp.run('owner', 'select delete_memories() ->> ''forgotten'''), '2', 'all of one''s own, history too');

insert into memories (user_id, content, kind, importance)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'Number ' || n as content,
    'fact' as kind,
    case n when 1 then 0 else 0.5 end as importance
from generate_series(1, 1000) as n;
select pg_temp.run('owner', 'select create_memory(' || pg_temp.a_memory('One more') || ')');
select is(
    (
        select string_agg(content, ',') from memories
        where superseded_at is not null
    ), 'Number 1',
    'what is worth least makes room'
);

select line from finish() as line;
rollback;
