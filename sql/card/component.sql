-- What the engagement score of each customer over the window is made of.
-- One row: a customer with engagement in the window, and a component of its score.
-- Grain: CustomerId, Component
--
-- CustomerId | text not null                 |        | customer (account) id as the contact table gives it
-- Component  | text not null                 |        | `emails_from`, `emails_to`, `meetings`, `people` or `recency`
-- Value      | double not null unless hidden |        | the component's value in the window
-- Percentile | double not null unless hidden | share  | share of customers whose value is not greater; 0 where the value is 0
-- Weight     | double not null               |        | the component's weight in the definition
-- Points     | double not null unless hidden | points | what the component brings: 100 · Weight · Percentile / sum of weights
-- MostPoints | double not null               | points | what it brings the best: 100 · Weight / sum of weights
select
    customer.CustomerId,
    score.Component,
    score.Value,
    score.Percentile,
    score.Weight,
    score.Points,
    100 * score.Weight / sum(score.Weight) over (partition by customer.CustomerId) as MostPoints
from customer
inner join Office_ScoreEntity as score on score.PrimaryKey = customer.PrimaryKey
