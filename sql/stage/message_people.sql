-- Whom of us, of the contacts and of the strangers a message has among its sender and recipients.
-- One row: a message.
-- Grain: message_no
-- Kept: by span
--
-- message_no       | int not null       |  | the message
-- own_addresses    | int list not null  |  | own addresses
-- own              | int list not null  |  | own people
-- is_from_own      | bool not null      |  | the sender is an own address
-- contact_sides    | int list not null  |  | contacts: twice the contact's number, and one more for the sender
-- stranger_domains | text list not null |  | domains of the other addresses
with party as (
    select message_no, sender, unnest(array_append(recipients, sender)) as address
    from stage.message
),

placed as (
    select
        party.message_no,
        party.address,
        coalesce(party.address = party.sender, false) as is_sender,
        known.own_no,
        known.person_no,
        known.contact_no
    from stage.known_address as known
    -- the short side first: it is the one that is held
    right join party on party.address = known.address
)

select
    message_no,
    set_union(own_no) as own_addresses,
    set_union(person_no) as own,
    bool_or(is_sender and own_no is not null) as is_from_own,
    set_union(cast(contact_no * 2 + case when is_sender then 1 else 0 end as int)) as contact_sides,
    set_union(
        case when own_no is null and contact_no is null and address like '%@%' then split_part(address, '@', -1) end
    ) as stranger_domains
from placed
group by message_no
