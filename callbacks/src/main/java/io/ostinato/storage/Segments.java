package io.ostinato.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Segments of a line file: lines that were appended but not yet merged into it, in the folder
 * {@code <name>.lines} beside it. A segment is named {@code <from>-<to>-<key>} after its range of
 * line numbers, from 0, {@code to} exclusive, and the {@linkplain LineClaim claim} of its writer.
 * Of segments with a line, the longest one of the latest writer counts; lines that the file already
 * has are ignored. The segment {@code all-<key>} exists during a merge and replaces the file and
 * all other segments. Segments of writers before the lowest claim are ignored: they were written by
 * a process that didn't know yet that the file had been taken over. Names without a key are of an
 * earlier version.
 */
final class Segments {
  /** The number of times a read is tried, since a merge can interrupt it. */
  private static final int TRIES = 20;

  private static final String OF_WRITER = "(?:-(" + LineClaim.KEY + "))?";
  private static final Pattern NAME = Pattern.compile("(0?\\d{1,9})-(0?\\d{1,9})" + OF_WRITER);
  private static final Pattern ALL = Pattern.compile("all" + OF_WRITER);

  private final RunFiles files;
  private final String name;
  private final RunFiles folder;

  Segments(RunFiles files, String name) {
    this.files = files;
    this.name = name;
    this.folder = files.folder(name + ".lines");
  }

  /** The name of a segment: the number of its first line, and the one after its last. */
  static String nameOf(long from, long to, String key) {
    return String.format(Locale.ROOT, "%010d-%010d-%s", from, to, key);
  }

  /** The name of the segment with all lines, during a merge. */
  static String all(String key) {
    return "all-" + key;
  }

  private record Segment(String name, int from, int to, String key) {
    static Optional<Segment> of(String name) {
      Matcher numbers = NAME.matcher(name);
      return numbers.matches()
          ? Optional.of(
              new Segment(
                  name,
                  Integer.parseInt(numbers.group(1)),
                  Integer.parseInt(numbers.group(2)),
                  keyIn(numbers, 3)))
          : Optional.empty();
    }

    /** The segment with this line that counts. */
    static Optional<Segment> with(int line, List<String> names) {
      return names.stream()
          .flatMap(name -> of(name).stream())
          .filter(segment -> segment.from <= line && line < segment.to)
          .max(Comparator.comparing(Segment::key).thenComparing(Segment::to));
    }
  }

  /** The names in the folder, including claims. */
  List<String> names() {
    return folder.list();
  }

  /** The segments among these names that count. */
  private static List<String> counting(List<String> names) {
    String lowest = LineClaim.lowest(names).orElse("");
    return names.stream()
        .filter(
            segment ->
                keyOf(segment)
                    .map(key -> key.compareTo(lowest) >= 0 || key.isEmpty())
                    .orElse(false))
        .toList();
  }

  /** The key in the name of a segment, empty without one; nothing if it isn't a segment. */
  static Optional<String> keyOf(String segment) {
    Matcher all = ALL.matcher(segment);
    if (all.matches()) {
      return Optional.of(keyIn(all, 1));
    }
    return Segment.of(segment).map(Segment::key);
  }

  private static String keyIn(Matcher name, int group) {
    return name.group(group) == null ? "" : name.group(group);
  }

  void write(String segment, byte[] content) {
    folder.write(segment, out -> out.write(content));
  }

  void delete(String segment) {
    folder.delete(segment);
  }

  /** Removes all segments of this writer and of earlier ones, its segment of all lines last. */
  void deleteUpTo(String key) {
    String last = all(key);
    folder.list().stream()
        .filter(segment -> !segment.equals(last))
        .filter(segment -> keyOf(segment).filter(of -> of.compareTo(key) <= 0).isPresent())
        .forEach(folder::delete);
    folder.delete(last);
  }

  /** Whether there is any segment. */
  boolean exist() {
    return folder.list().stream().anyMatch(segment -> keyOf(segment).isPresent());
  }

  /** All lines, of the file and of its segments. */
  List<String> lines() {
    for (int tries = 1; ; tries++) {
      try {
        Optional<List<String>> lines = tryLines();
        if (lines.isPresent()) {
          return lines.get();
        }
      } catch (StorageException e) {
        if (tries == TRIES) {
          throw e;
        }
      }
      if (tries == TRIES) {
        throw new StorageException(
            "can't read '%s/%s': a writer replaced it %s times meanwhile"
                .formatted(files.location(), name, TRIES));
      }
    }
  }

  /** All lines; empty if a merge interrupted the read. */
  private Optional<List<String>> tryLines() {
    Optional<String> all = newestAll(counting(names()));
    if (all.isPresent()) {
      return Optional.of(LineText.lines(bytes(folder, all.get())));
    }
    byte[] merged = files.exists(name) ? bytes(files, name) : new byte[0];
    List<String> lines = new ArrayList<>(LineText.lines(merged));
    List<String> segments = counting(names());
    while (true) {
      Optional<Segment> next = Segment.with(lines.size(), segments);
      if (next.isEmpty()) {
        break;
      }
      try {
        List<String> more = linesOf(next.get());
        lines.addAll(more.subList(lines.size() - next.get().from(), more.size()));
      } catch (StorageException e) {
        List<String> now = counting(names());
        if (now.equals(segments)) {
          throw e;
        }
        segments = now; // a longer one has replaced it
      }
    }
    boolean isMergedMeanwhile =
        newestAll(counting(names())).isPresent()
            || files.exists(name) && files.sizeBytes(name) != merged.length;
    return isMergedMeanwhile ? Optional.empty() : Optional.of(lines);
  }

  private static Optional<String> newestAll(List<String> segments) {
    return segments.stream()
        .filter(segment -> ALL.matcher(segment).matches())
        .max(Comparator.naturalOrder());
  }

  private List<String> linesOf(Segment segment) {
    List<String> lines = LineText.lines(bytes(folder, segment.name()));
    if (lines.size() != segment.to() - segment.from()) {
      throw new StorageException(
          "'%s' in %s is damaged: it has %s lines"
              .formatted(segment.name(), folder.location(), lines.size()));
    }
    return lines;
  }

  private static byte[] bytes(RunFiles from, String file) {
    try (InputStream in = from.read(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new StorageException(
          "can't read '%s' in %s: %s"
              .formatted(file, from.location(), StorageException.reasonOf(e)),
          e);
    }
  }
}
