"""What is safe to do: the questions before a set, and what pain says. Plain values in, plain values out."""
