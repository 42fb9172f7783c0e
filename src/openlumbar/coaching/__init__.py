"""The live coach: from what the assessment sees to what is said, shown and stopped. Pure; time is the frames' own."""
