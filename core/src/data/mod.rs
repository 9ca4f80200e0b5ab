//! Local records: finding the files of each endpoint, cutting them into lines, and digests.
