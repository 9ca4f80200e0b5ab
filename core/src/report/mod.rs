//! Folds over events: the results file with its causes, the summary and the exit code.
