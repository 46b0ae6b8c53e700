-- Memories: stored once, replaced and then never recalled, deleted for good, and private to each user.
begin;
\ir helpers.psql
select plan(93);

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

-- What a user recalls, given a vector or null, and a text.
create function pg_temp.recalled(p_who text, p_vector text, p_text text)
returns text
language sql
as $$
    select pg_temp.run(p_who, format(
        'select string_agg(content, ''; '' order by content) from match_memories(%L, %L)', p_vector, p_text
    ))
$$;

-- A vector that points in one direction.
create function pg_temp.pointing(p_direction integer)
returns text
language sql
as $$
    select '[' || string_agg(case when n = p_direction then '1' else '0' end, ',' order by n) || ']'
    from generate_series(1, 768) as n
$$;

create function pg_temp.claim(p_who text)
returns text
language sql
as $$select pg_temp.serve(p_who, 'select claim_unembedded_memories() -> ''memories''')$$;

create function pg_temp.store(p_who text, p_memory jsonb)
returns text
language sql
as $$
    select pg_temp.serve(p_who, format(
        'select store_embeddings(%L) ->> ''stored''', jsonb_build_object('memories', jsonb_build_array(p_memory))
    ))
$$;

-- Storing.
select is(private.gist('The knees hurt!'), private.gist('hurting knee'), 'texts of the same words have the same gist');
select isnt(private.gist('I like running'), private.gist('I don''t like running'), 'a negation changes the gist');
select is(private.gist('and, the'), array['and, the'], 'a text of stop words is its own gist');

select is(
    pg_temp.run('anon', 'select create_memory(' || pg_temp.a_memory('X') || ')'), '42501', 'anon cannot store a memory'
);
select is(
    pg_temp.run(
        'owner', 'select create_memory(' || pg_temp.a_memory('Hurt the left knee skiing.') || ') ->> ''times_told'''
    ),
    '1', 'a user can store a memory'
);
select is(
    pg_temp.run(
        'owner', 'select create_memory(' || pg_temp.a_memory('hurt left knee, skiing') || ') ->> ''times_told'''
    ),
    '2', 'a memory of the same gist is counted'
);
select is(pg_temp.known(), 'Hurt the left knee skiing.', 'a memory of the same gist is not stored again');
select is(pg_temp.known('stranger'), null, 'a user cannot list another user''s memories');
select is(pg_temp.run('anon', 'select list_memories()'), '42501', 'anon cannot list memories');
select throws_ok(
    $$
        insert into memories (user_id, content, kind)
        values ('00000000-0000-4000-8000-00000000000a', 'Left knee hurts: skiing', 'fact')
    $$,
    '23505', null, 'the table refuses a second memory of the same gist'
);
select lives_ok(
    $$
        insert into memories (user_id, content, kind, superseded_at)
        values ('00000000-0000-4000-8000-00000000000a', 'Left knee hurts: skiing', 'fact', now());
        delete from memories where superseded_at is not null;
    $$,
    'a superseded memory may have the gist of another'
);
select is(
    pg_temp.try(
        'stranger',
        'insert into memories (user_id, content, kind) values (auth.uid(), ''Hurt the left knee skiing'', ''fact'')'
    ),
    '1', 'another user may have a memory of the same gist'
);

-- Embedding.
select is((select embedding_claimed_at from memories), null, 'a new memory is not claimed');
create temporary table claimed as
select pg_temp.claim('owner')::jsonb as memories;
select
    is(
        jsonb_path_query_array(memories, '$[*].content'),
        '["Hurt the left knee skiing."]',
        'a new memory can be claimed'
    )
from claimed;
select is(pg_temp.claim('owner'), '[]', 'a claimed memory cannot be claimed again');
update memories set embedding_claimed_at = now() - interval '2 minutes';
select is(pg_temp.claim('owner'), '[]', 'a claim lasts two minutes');
update memories set embedding_claimed_at = now() - interval '2 minutes 1 second';
select is(pg_temp.claim('stranger'), '[]', 'a user cannot claim another user''s memory');
select is(pg_temp.claim('anon'), '42501', 'anon cannot claim a memory');
select is(jsonb_array_length(pg_temp.claim('owner')::jsonb), 1, 'a claim expires after two minutes');
select is(
    pg_temp.recalled('owner', pg_temp.pointing(2), 'my knee'), 'Hurt the left knee skiing.',
    'a memory without a vector is recalled by its words'
);
select
    is(
        pg_temp.store('stranger', memories -> 0 || jsonb_build_object('embedding', pg_temp.pointing(1))), '0',
        'a user cannot store a vector for another user''s memory'
    )
from claimed;
select
    is(
        pg_temp.store(
            'owner',
            memories -> 0 || jsonb_build_object('embedding', pg_temp.pointing(2), 'content', 'Something else')
        ),
        '0', 'a vector of a text that was corrected meanwhile is not stored'
    )
from claimed;
select
    is(
        pg_temp.store('owner', memories -> 0 || jsonb_build_object('embedding', (
            select '[3,4' || repeat(',0', 766) || ']'
        ))),
        '1', 'the owner''s vector is stored'
    )
from claimed;
select is(
    (select round(extensions.l2_norm(embedding)::numeric, 3) from memories), 1.000, 'a vector is stored with length 1'
);
select is(
    (select round((extensions.subvector(embedding, 1, 2)::real[])[2]::numeric, 2) from memories), 0.80,
    'a stored vector keeps its direction'
);
select
    is(
        pg_temp.store('owner', memories -> 0 || '{"embedding": "[1,2,3]"}'), '22000',
        'a vector of another length is refused'
    )
from claimed;
update memories
set embedding = pg_temp.pointing(1)::extensions.halfvec, embedding_claimed_at = null;
select is(pg_temp.claim('owner'), '[]', 'a memory with a vector cannot be claimed');

-- Recalling.
select is(
    pg_temp.recalled('owner', pg_temp.pointing(1), 'legs'), 'Hurt the left knee skiing.',
    'a memory is recalled by its vector'
);
select is(
    pg_temp.recalled('owner', null, 'my knee'), 'Hurt the left knee skiing.',
    'without a vector a memory is recalled by its words'
);
select is(
    pg_temp.recalled('owner', pg_temp.pointing(2), 'hello'), null, 'an unrelated memory is not recalled'
);
select is(
    pg_temp.recalled('stranger', pg_temp.pointing(1), 'my knee'), null, 'a user cannot recall another user''s memory'
);
select is(pg_temp.recalled('anon', null, 'my knee'), '42501', 'anon cannot recall a memory');
select is(
    pg_temp.run('owner', format('select count(*) from match_memories(%L, ''knee'', 0)', pg_temp.pointing(1))),
    '0', 'no more memories are recalled than were asked for'
);
select is(
    pg_temp.run('owner', format('select count(*) from match_memories(%L, ''knee'', 10, 5)', pg_temp.pointing(1))),
    '0', 'a memory below the least similarity is not recalled'
);

-- Expiring.
update memories set expires_at = now() + interval '1 second';
select is(
    pg_temp.recalled('owner', pg_temp.pointing(1), 'my knee'), 'Hurt the left knee skiing.',
    'a memory is recalled until it expires'
);
update memories set expires_at = now(), pinned = true;
select is(pg_temp.recalled('owner', pg_temp.pointing(1), 'my knee'), null, 'an expired memory is not recalled');
select is(
    pg_temp.run('owner', format(
        'select private.recalled_json(private.current_profile(), %L, ''my knee'')', pg_temp.pointing(1)
    )),
    '[]', 'an expired memory is not recalled for being pinned'
);
select is(pg_temp.known(), 'Hurt the left knee skiing.', 'an expired memory is still listed for its owner');
update memories set expires_at = null;
select is(
    pg_temp.run('owner', $$
        select jsonb_path_query_array(private.recalled_json(private.current_profile(), null, 'hello'), '$[*].score')
    $$),
    '[null]', 'a pinned memory is always recalled'
);
update profiles set timezone = 'Pacific/Pago_Pago'
where display_name = 'owner';
update memories set last_told_at = '2026-03-01 05:00+00';
select is(
    pg_temp.run('owner', $$
        select private.recalled_json(private.current_profile(), null, 'hello') -> 0 ->> 'told_on'
    $$),
    '2026-02-28', 'the day on which the user told a memory is a day of their time zone'
);
update profiles set timezone = 'UTC';
update memories set last_told_at = now();
select pg_temp.run(
    'owner', 'select create_memory(' || pg_temp.a_memory('Left knee hurt, skiing', '{"expires_in_days": 3}') || ')'
);
select is(
    (select expires_at from memories), now() + interval '3 days', 'a memory that is told again expires as it was told'
);
update memories set expires_at = null, pinned = false;

-- Replacing.
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
select is(pg_temp.known(), 'The left knee has healed.', 'a replaced memory is not listed');
select is(
    pg_temp.recalled('owner', pg_temp.pointing(1), 'knee skiing'), 'The left knee has healed.',
    'a replaced memory is not recalled'
);
select is(
    pg_temp.run('owner', 'select list_memories(null, null, true) ->> ''total'''), '2',
    'a replaced memory is listed on request'
);
update memories set embedding = null, embedding_claimed_at = null;
select is(
    jsonb_path_query_array(pg_temp.claim('owner')::jsonb, '$[*].content'), '["The left knee has healed."]',
    'a replaced memory is not embedded'
);
select is(
    pg_temp.run('owner', 'select list_memories(''heal kn'') ->> ''total'''), '1',
    'a memory is found by the beginnings of its words'
);
select is(
    pg_temp.run('owner', 'select list_memories(''ee'') ->> ''total'''), '0',
    'a memory is not found by the inside of a word'
);
select is(
    pg_temp.run('owner', 'select list_memories(''!!'') ->> ''total'''), '0', 'a query without words finds nothing'
);
select is(
    pg_temp.run('owner', 'select list_memories('' '') ->> ''total'''), '1', 'a blank query finds everything'
);
select is(
    pg_temp.run('owner', 'select list_memories(null, ''{goal}'') ->> ''total'''), '0', 'memories are filtered by kind'
);
select is(
    pg_temp.run('owner', 'select list_memories(null, null, false, 0)'), 'PT422 invalid_page', 'pages start at 1'
);
select pg_temp.run('stranger', 'select create_memory(' || pg_temp.a_memory('Lives by the sea.') || ')');
select is(
    pg_temp.run('owner', (
        select
            format(
                'select (private.remember(auth.uid(), %L, null)).content',
                jsonb_build_object('content', 'The left knee healed', 'kind', 'fact', 'replaces', m.id)
            )
        from memories as m
        where m.content = 'Lives by the sea.'
    )),
    'The left knee has healed.', 'a memory that is known already can be told to replace another'
);
select is((
    select count(*) from memories
    where superseded_at is not null
), 1::bigint, 'a memory cannot replace another user''s');
select is(pg_temp.known('stranger'), 'Lives by the sea.', 'the other user still has it');
delete from memories
where content = 'Lives by the sea.';

-- Correcting, pinning and deleting.
create temporary table one as
select id from memories
where superseded_at is null;
update memories
set embedding = (pg_temp.pointing(1))::extensions.halfvec
where superseded_at is null;
select is(
    pg_temp.run('owner', (select format('select update_memory(%L, ''{"pinned": true}'') ->> ''pinned''', id) from one)),
    'true', 'a user can pin their memory'
);
select is((
    select count(embedding) from memories
    where superseded_at is null
), 1::bigint, 'a memory whose text stays keeps its vector');
select is(
    pg_temp.run('owner', (
        select format('select update_memory(%L, ''{"content": "Both knees healed."}'') ->> ''content''', id) from one
    )),
    'Both knees healed.', 'a user can correct their memory'
);
select is((
    select count(embedding) from memories
    where superseded_at is null
), 0::bigint, 'a corrected memory loses its vector');
select is(
    jsonb_path_query_array(pg_temp.claim('owner')::jsonb, '$[*].content'), '["Both knees healed."]',
    'a corrected memory can be claimed at once'
);
select pg_temp.run('owner', 'select create_memory(' || pg_temp.a_memory('Has a dog.') || ')');
select is(
    pg_temp.run('owner', (
        select format('select update_memory(%L, ''{"content": "Has a dog"}'')', id) from one
    )),
    'PT409 memory_exists', 'a memory cannot be corrected to the gist of another'
);
select is(
    pg_temp.run('owner', (select format('select update_memory(%L, ''7'')', id) from one)),
    'PT422 invalid_changes', 'changes are an object'
);
select is(
    pg_temp.run('stranger', (select format('select update_memory(%L, ''{}'')', id) from one)),
    'PT404 memory_not_found', 'a user cannot correct another user''s memory'
);
select is(pg_temp.run('anon', 'select update_memory(null, ''{}'')'), '42501', 'anon cannot correct a memory');
select is(
    pg_temp.run('stranger', (select format('select delete_memory(%L)', id) from one)),
    'PT404 memory_not_found', 'a user cannot delete another user''s memory'
);
select is(pg_temp.run('anon', 'select delete_memory(null)'), '42501', 'anon cannot delete a memory');
select is(
    pg_temp.run('owner', (select format('select delete_memory(%L)', id) from one)), '',
    'a user can delete their memory'
);
select is((
    select count(*) from memories
    where superseded_by is not null
), 0::bigint, 'no memory refers to a deleted one');
select is(
    pg_temp.run('stranger', 'select delete_memories() ->> ''forgotten'''), '0',
    'a user cannot delete all memories of another user'
);
select is(pg_temp.run('anon', 'select delete_memories()'), '42501', 'anon cannot delete memories');
select is(
    pg_temp.run('owner', 'select delete_memories() ->> ''forgotten'''), '2',
    'a user can delete all their memories, replaced ones too'
);

-- A user has at most 1,000 memories that can be recalled.
insert into memories (user_id, content, kind, importance, pinned, times_told, last_told_at)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'Number ' || n as content,
    'fact' as kind,
    case n when 1 then 0 when 2 then 0.1 else 0.5 end as importance,
    n = 1 as pinned,
    case n when 3 then 1 else 2 end as times_told,
    case n when 4 then now() - interval '1 day' else now() end as last_told_at
from generate_series(1, 1000) as n;
create function pg_temp.made_room(p_content text)
returns text
language sql
as $$
    select pg_temp.run('owner', 'select create_memory(' || pg_temp.a_memory(p_content, '{"importance": 0.6}') || ')');
    select string_agg(content, ', ' order by content) from memories where superseded_at is not null
$$;
select is(pg_temp.made_room('First'), 'Number 2', 'the least important memory makes room, unless it is pinned');
select is(
    pg_temp.made_room('Second'), 'Number 2, Number 3',
    'of memories that are as important, the one that was told less often makes room'
);
select is(
    pg_temp.made_room('Third'), 'Number 2, Number 3, Number 4',
    'of memories that were told as often, the one that was told longer ago makes room'
);
select is((
    select count(*) from memories
    where superseded_at is null
), 1000::bigint, '1,000 memories can be recalled');
insert into memories (user_id, content, kind, superseded_at)
values ('00000000-0000-4000-8000-00000000000b', 'Fresh', 'fact', null);
select is(pg_temp.known('stranger'), 'Fresh', 'another user''s memories make no room');

select is(
    pg_temp.run('owner', 'select count(*) from match_memories(null, ''number'', 1000, -2)'), '100',
    'no more than 100 memories are recalled at once'
);
select is(
    pg_temp.run('owner', 'select count(*) from match_memories(null, ''number'', null, -2)'), '10',
    'ten memories are recalled by default'
);

-- Lists: pinned memories first, then the latest.
update memories set created_at = now() + interval '1 second'
where content = 'Number 900';
create function pg_temp.listed(p_page integer)
returns text
language sql
as $$
    select pg_temp.run('owner', format('select list_memories(null, null, false, %s, 1) #>> ''{items,0,content}''', p_page))
$$;
select is(pg_temp.listed(1), 'Number 1', 'the pinned memory is listed first');
select is(pg_temp.listed(2), 'Number 900', 'the latest memory is listed next');
update memories set pinned = true
where content in ('Number 10', 'Number 11', 'Number 12', 'Number 13', 'Number 14', 'Number 15');
select is(
    pg_temp.run(
        'owner', 'select jsonb_array_length(private.recalled_json(private.current_profile(), null, ''hello''))'
    ),
    '5',
    'five pinned memories are recalled with every message'
);

-- A claim takes the oldest memories, and as many as were asked for.
update memories set created_at = now() - interval '1 day'
where content = 'Number 500';
select is(
    pg_temp.serve('owner', 'select claim_unembedded_memories(1) #>> ''{memories,0,content}'''), 'Number 500',
    'the memory that has waited longest is claimed first'
);
select is(
    pg_temp.serve('owner', 'select jsonb_array_length(claim_unembedded_memories(1000) -> ''memories'')'), '100',
    'no more than 100 memories are claimed at once'
);

-- Telling a memory again.
delete from memories;
create function pg_temp.told(p_content text, p_more jsonb default '{}')
returns text
language sql
as $$
    select pg_temp.run('owner', format(
        $q$
            select format(
                '%%s %%s %%s', m ->> 'times_told', m ->> 'pinned',
                round(extract(epoch from (m ->> 'expires_at')::timestamptz - now()) / 86400)
            )
            from create_memory(%s) as m
        $q$, pg_temp.a_memory(p_content, p_more)
    ))
$$;
select is(pg_temp.told('Has a cold', '{"expires_in_days": 7}'), '1 false 7', 'a memory can expire');
select is(pg_temp.told('Has a cold'), '2 false 7', 'telling a memory again keeps its expiry');
select
    is(
        pg_temp.told('Has a cold', '{"expires_in_days": 3}'),
        '3 false 3',
        'telling a memory again can change its expiry'
    );
select is(pg_temp.told('Has a cold', '{"pinned": true}'), '4 true 3', 'telling a memory again can pin it');
select is(pg_temp.told('Has a cold'), '5 true 3', 'telling a memory again keeps it pinned');
update memories set expires_at = now() - interval '1 second';
select is(pg_temp.told('Has a cold'), '6 true ', 'a memory that had expired is told anew');
select
    is(
        pg_temp.told('Has a flu', jsonb_build_object('expires_in_days', d)),
        'PT422 invalid_expiry',
        d || ' days are refused'
    )
from unnest('{-5,0,3651}'::integer[]) as d;

-- Memories that have expired are neither embedded nor in the way, and history has a limit.
delete from memories;
insert into memories (user_id, content, kind, expires_at)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'Expired ' || n as content,
    'fact' as kind,
    now() - make_interval(mins => n) as expires_at
from generate_series(1, 1001) as n;
select is(
    pg_temp.serve('owner', 'select claim_unembedded_memories(100) ->> ''memories'''), '[]',
    'a memory that has expired is not embedded'
);
select pg_temp.told('Still true');
select results_eq(
    'select count(*), count(superseded_at) from memories', 'values (1001::bigint, 0::bigint)',
    'expired memories take no room, and the latest 1,000 are kept'
);

select line from finish() as line;
rollback;
