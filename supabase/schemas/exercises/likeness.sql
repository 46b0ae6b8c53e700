-- How alike two names are. No contrib extension is needed: the measure is our own.

-- A pair of neighbouring letters counts whatever their order, so that swapped letters cost little; the first and the
-- last letter pair with the beginning and the end. Modulo 37 the letters, nine of the digits and both edges are
-- different characters, which make 703 pairs, one bit each. What else there is shares those bits, and only blurs the
-- measure.
create function private.letter_pairs(p_text text)
returns bit(703)
language sql
immutable
security invoker
set search_path = ''
as $$
    with
    pairs as (
        select
            greatest(code.one, code.next) as higher,
            least(code.one, code.next) as lower
        -- The codes of these two lie just before those of the letters.
        from (select '`' || p_text || '_' as letters) as edged
        cross join lateral pg_catalog.generate_series(1, pg_catalog.char_length(edged.letters) - 1) as place
        cross join lateral (
            select
                pg_catalog.ascii(pg_catalog.substr(edged.letters, place, 1)) % 37 as one,
                pg_catalog.ascii(pg_catalog.substr(edged.letters, place + 1, 1)) % 37 as next
        ) as code
    )
    select pg_catalog.bit_or(
        pg_catalog.set_bit(
            pg_catalog.repeat('0', 703)::bit(703), pairs.higher * (pairs.higher + 1) / 2 + pairs.lower, 1
        )
    )
    from pairs
$$;
comment on function private.letter_pairs(text) is
'Which pairs of neighbouring letters a text has, as a set of bits; null for null.';
grant execute on function private.letter_pairs(text) to authenticated;


create function private.likeness(p_one bit, p_other bit)
returns real
language sql
immutable
security invoker
set search_path = ''
as $$
    select (
        2.0 * pg_catalog.bit_count(p_one & p_other)
        / nullif(pg_catalog.bit_count(p_one) + pg_catalog.bit_count(p_other), 0)
    )::real
$$;
comment on function private.likeness(bit, bit) is
'How alike two sets of letter pairs are, from 0 to 1 (Dice''s coefficient); null when both are empty.';
grant execute on function private.likeness(bit, bit) to authenticated;


create function private.stemmed_pairs(p_words text[])
returns bit(703)
language sql
immutable
security invoker
set search_path = ''
as $$
    -- Written as one word: whether somebody parts push and up makes no difference then, and the order still does.
    select private.letter_pairs(
        coalesce(pg_catalog.string_agg(private.word_stem(listed.word), '' order by listed.place), '')
    )
    from pg_catalog.unnest(p_words) with ordinality as listed (word, place)
$$;
comment on function private.stemmed_pairs(text[]) is 'The letter pairs of words without their endings.';
grant execute on function private.stemmed_pairs(text[]) to authenticated;


create function private.search_pairs(p_names text[])
returns bit(703)[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.array_agg(private.stemmed_pairs(private.search_words(given.name)) order by given.ordinality)
    from pg_catalog.unnest(p_names) with ordinality as given (name, ordinality)
$$;
comment on function private.search_pairs(text[]) is 'The letter pairs of each name, in order.';
grant execute on function private.search_pairs(text[]) to authenticated;
