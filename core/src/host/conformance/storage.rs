use super::{Violation, is, works};
use crate::host::{Storage, StorageErrorKind};

/// Checks the blobs of a [`Storage`] under names that begin with `prefix`, where there are none; leaves none behind.
///
/// What a crash leaves cannot be checked from within; locks are checked by [`super::check_lock`].
pub async fn check_storage<S: Storage>(storage: &S, prefix: &str) -> Result<(), Violation> {
    let a = format!("{prefix}state/ed-fi/a_B-1.log");
    check_absent(storage, &a).await?;
    check_create(storage, &a).await?;
    check_write(storage, &a).await?;
    let b = format!("{prefix}b");
    check_append(storage, &b).await?;
    check_truncate(storage, &b).await?;
    check_large(storage, &format!("{prefix}large")).await?;
    check_names(storage, prefix, vec![a, b]).await
}

async fn content<S: Storage>(storage: &S, name: &str) -> Result<Vec<u8>, Violation> {
    works(storage.read(name, 0..u64::MAX).await, "a blob that is there can be read")
}

async fn check_absent<S: Storage>(storage: &S, name: &str) -> Result<(), Violation> {
    is(&works(storage.len(name).await, "len of an absent blob is no error")?, &None, "an absent blob has no length")?;
    let kind = storage.read(name, 0..10).await.err().map(|error| error.kind);
    is(&kind, &Some(StorageErrorKind::NotFound), "to read an absent blob says that it is not found")?;
    works(storage.remove(name).await, "to remove an absent blob is no error")
}

async fn check_create<S: Storage>(storage: &S, name: &str) -> Result<(), Violation> {
    let made = works(storage.create(name, b"first").await, "create makes a blob, or says that it cannot")?;
    if made.is_none() {
        return check_absent(storage, name).await;
    }
    is(&made, &Some(true), "create makes an absent blob")?;
    let again = works(storage.create(name, b"second").await, "to create a blob that is there is no error")?;
    is(&again, &Some(false), "a blob that is there is not created again")?;
    is(&content(storage, name).await?, &b"first".to_vec(), "a blob that is there stays as it is")?;
    works(storage.remove(name).await, "a blob that was created can be removed")
}

async fn check_write<S: Storage>(storage: &S, name: &str) -> Result<(), Violation> {
    works(storage.write(name, b"0123456789").await, "write makes a blob, whatever its name has for folders")?;
    is(&works(storage.len(name).await, "a blob has a length")?, &Some(10), "len is the length of the blob in bytes")?;
    for (range, expected) in
        [(0..10, "0123456789"), (2..5, "234"), (8..20, "89"), (10..12, ""), (50..60, ""), (3..3, "")]
    {
        let read = works(storage.read(name, range).await, "any range of a blob can be read")?;
        is(&read, &expected.as_bytes().to_vec(), "read gives the bytes of the range, cut at the end of the blob")?;
    }
    works(storage.write(name, b"abc").await, "write replaces a blob")?;
    is(&content(storage, name).await?, &b"abc".to_vec(), "write replaces the whole blob, however long it was")?;
    works(storage.write(name, b"").await, "write makes empty blobs")?;
    is(&works(storage.len(name).await, "a blob has a length")?, &Some(0), "an empty blob is there")?;
    is(&content(storage, name).await?, &Vec::new(), "an empty blob can be read")
}

async fn check_append<S: Storage>(storage: &S, name: &str) -> Result<(), Violation> {
    works(storage.append(name, b"one").await, "append makes an absent blob")?;
    works(storage.append(name, b"").await, "nothing can be appended")?;
    works(storage.append(name, b"two").await, "append adds to a blob")?;
    is(&content(storage, name).await?, &b"onetwo".to_vec(), "append adds to the end of the blob")?;
    works(storage.write(name, b"three").await, "write replaces a blob that was appended to")?;
    works(storage.append(name, b"four").await, "append adds to a blob that was written")?;
    is(&content(storage, name).await?, &b"threefour".to_vec(), "append adds to the end of what was written")
}

async fn check_truncate<S: Storage>(storage: &S, name: &str) -> Result<(), Violation> {
    works(storage.truncate(name, 100).await, "a blob may be cut to more than it has")?;
    is(&content(storage, name).await?, &b"threefour".to_vec(), "cut to more than it has, a blob does not change")?;
    works(storage.truncate(name, 5).await, "a blob can be cut")?;
    is(&content(storage, name).await?, &b"three".to_vec(), "truncate cuts the blob to the length")?;
    works(storage.append(name, b"!").await, "a blob that was cut can be appended to")?;
    is(&content(storage, name).await?, &b"three!".to_vec(), "append adds where the blob was cut")?;
    works(storage.truncate(name, 0).await, "a blob can be cut to nothing")?;
    is(&works(storage.len(name).await, "a blob has a length")?, &Some(0), "a blob that was cut to nothing is there")
}

async fn check_large<S: Storage>(storage: &S, name: &str) -> Result<(), Violation> {
    let bytes: Vec<u8> = (0..2_500_000_u32).map(|n| n.to_le_bytes()[usize::from(n % 3 == 0)]).collect();
    for part in bytes.chunks(16_000) {
        works(storage.append(name, part).await, "many appends make a large blob")?;
    }
    is(&content(storage, name).await?, &bytes, "a blob is what was appended, in order")?;
    works(storage.truncate(name, 1_234_567).await, "a large blob can be cut")?;
    let read = works(storage.read(name, 1_048_000..1_300_000).await, "a large blob can be read in part")?;
    is(&read, &bytes[1_048_000..1_234_567].to_vec(), "read gives the bytes of the range, cut at the end of the blob")?;
    works(storage.write(name, &bytes).await, "a large blob can be written at once")?;
    is(&content(storage, name).await?, &bytes, "a blob is what was written")?;
    works(storage.remove(name).await, "a blob can be removed")?;
    is(&works(storage.len(name).await, "len of an absent blob is no error")?, &None, "a removed blob is not there")
}

/// Blobs are names, not files in folders: `list` goes by the letters they begin with.
async fn check_names<S: Storage>(storage: &S, prefix: &str, mut names: Vec<String>) -> Result<(), Violation> {
    let others = [format!("{prefix}b.tmp"), format!("{prefix}bc/d"), format!("{prefix}state/ed-fi/a_C.log")];
    for name in others {
        works(storage.write(&name, b"x").await, "write makes a blob, whatever its name has for folders")?;
        names.push(name);
    }
    names.sort();
    for begin in [String::new(), "b".to_owned(), "state/".to_owned(), "state/ed-fi/a".to_owned(), "none".to_owned()] {
        let begin = format!("{prefix}{begin}");
        let expected: Vec<String> = names.iter().filter(|name| name.starts_with(&begin)).cloned().collect();
        let listed = works(storage.list(&begin).await, "blobs can be listed, also when there are none")?;
        is(&listed, &expected, "list gives the names of all blobs that begin with the prefix, sorted")?;
    }
    for name in &names {
        works(storage.remove(name).await, "a blob can be removed")?;
    }
    let left = works(storage.list(prefix).await, "blobs can be listed, also when there are none")?;
    is(&left, &Vec::new(), "a removed blob is not listed")
}
