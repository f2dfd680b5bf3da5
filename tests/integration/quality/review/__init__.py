"""From runs to queues, from reviewers to scores and examples."""
