package io.ostinato.storage;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The claim of a process on a line file, for file systems without locks: an empty file {@code
 * writer-<key>} in the folder {@code <name>.lines} beside it. Each claim has a higher key than
 * those before it, and the highest one writes. For implementations of {@link RunFiles}.
 *
 * <p>A process that takes a file over first takes its claim, then does what the takeover requires,
 * and {@linkplain #settle settles}, which removes the earlier claims. The lowest claim that is left
 * is therefore of the writer whose lines may not be complete in the file yet.
 */
public final class LineClaim {
  /** The pattern of a key: a number that grows with each takeover, and a random part. */
  static final String KEY = "\\d{10}-[0-9a-f]{8}";

  private static final String PREFIX = "writer-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "(" + KEY + ")");
  private static final Pattern KEY_AT_END = Pattern.compile("(\\d{10})-[0-9a-f]{8}$");
  private static final int RANDOM_CHARACTERS = 8;

  private final RunFiles folder;
  private final String location;
  private final String key;

  private LineClaim(RunFiles folder, String location, String key) {
    this.folder = folder;
    this.location = location;
    this.key = key;
  }

  /**
   * Takes a file over. Of two processes that do so at the same instant, one is left.
   *
   * @throws TakenOverException if another process was faster
   */
  public static LineClaim take(RunFiles files, String name) {
    RunFiles folder = files.folder(name + ".lines");
    long last = folder.list().stream().mapToLong(LineClaim::numberIn).max().orElse(0);
    String key =
        String.format(
            Locale.ROOT,
            "%010d-%s",
            last + 1,
            UUID.randomUUID().toString().substring(0, RANDOM_CHARACTERS));
    LineClaim claim = new LineClaim(folder, files.location() + "/" + name, key);
    try {
      folder.write(PREFIX + key, out -> {});
      claim.check();
    } catch (RuntimeException | Error e) {
      claim.releaseAfter(e);
      throw e;
    }
    return claim;
  }

  /**
   * Checks that no other process has taken the file over.
   *
   * @throws TakenOverException if one has
   */
  public void check() {
    check(folder.list());
  }

  /** Like {@link #check()}, with the names in the folder. */
  void check(List<String> names) {
    boolean isHighest = keys(names).noneMatch(other -> other.compareTo(key) > 0);
    if (!names.contains(PREFIX + key) || !isHighest) {
      throw TakenOverException.of(location);
    }
  }

  /** Ends the takeover: removes the claims of earlier writers. */
  public void settle() {
    keys(folder.list())
        .filter(other -> other.compareTo(key) < 0)
        .forEach(other -> folder.delete(PREFIX + other));
  }

  /** Gives the claim up, and removes the folder if nothing else is in it. */
  public void release() {
    folder.delete(PREFIX + key);
    if (folder.list().isEmpty()) {
      folder.deleteFolder();
    }
  }

  /** Like {@link #release}, after a failure, to which failures of it are added as suppressed. */
  public void releaseAfter(Throwable failure) {
    try {
      release();
    } catch (StorageException e) {
      failure.addSuppressed(e);
    }
  }

  String key() {
    return key;
  }

  /** The number of the writer in the name of a claim or a segment; 0 without one. */
  private static long numberIn(String file) {
    Matcher key = KEY_AT_END.matcher(file);
    return key.find() ? Long.parseLong(key.group(1)) : 0;
  }

  /** The lowest key of the claims among these names. */
  static Optional<String> lowest(List<String> names) {
    return keys(names).min(Comparator.naturalOrder());
  }

  private static Stream<String> keys(List<String> names) {
    return names.stream().map(NAME::matcher).filter(Matcher::matches).map(name -> name.group(1));
  }
}
