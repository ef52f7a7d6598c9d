"""What the program costs, each figure beside something else measured in the same run."""
