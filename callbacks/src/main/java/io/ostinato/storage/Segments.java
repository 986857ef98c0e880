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
 * {@code <name>.lines} beside it. A segment is named {@code <from>-<to>} after its range of line
 * numbers, from 0, {@code to} exclusive. Of segments with the same start, the longest counts; lines
 * that the file already has are ignored. The segment {@code all} exists during a merge and replaces
 * the file and all other segments.
 */
final class Segments {
  static final String ALL = "all";

  /** The number of times a read is tried, since a merge can interrupt it. */
  private static final int TRIES = 20;

  private static final Pattern NAME = Pattern.compile("(\\d+)-(\\d+)");

  private final RunFiles files;
  private final String name;
  private final RunFiles folder;

  Segments(RunFiles files, String name) {
    this.files = files;
    this.name = name;
    this.folder = files.folder(name + ".lines");
  }

  /** The name of a segment: the number of its first line, and the one after its last. */
  static String nameOf(long from, long to) {
    return String.format(Locale.ROOT, "%010d-%010d", from, to);
  }

  private record Segment(String name, int from, int to) {
    static Optional<Segment> of(String name) {
      Matcher numbers = NAME.matcher(name);
      return numbers.matches()
          ? Optional.of(
              new Segment(
                  name, Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2))))
          : Optional.empty();
    }

    /** The segment with this line that ends last. */
    static Optional<Segment> with(int line, List<String> names) {
      return names.stream()
          .flatMap(name -> of(name).stream())
          .filter(segment -> segment.from <= line && line < segment.to)
          .max(Comparator.comparingInt(Segment::to));
    }
  }

  List<String> list() {
    return folder.list();
  }

  void write(String segment, byte[] content) {
    folder.write(segment, out -> out.write(content));
  }

  void delete(String segment) {
    folder.delete(segment);
  }

  /** Removes all segments, {@link #ALL} last. */
  void deleteAll() {
    folder.list().stream().filter(segment -> !segment.equals(ALL)).forEach(folder::delete);
    folder.deleteFolder();
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
    List<String> segments = folder.list();
    if (segments.contains(ALL)) {
      return Optional.of(LineText.lines(bytes(folder, ALL)));
    }
    byte[] merged = files.exists(name) ? bytes(files, name) : new byte[0];
    List<String> lines = new ArrayList<>(LineText.lines(merged));
    segments = folder.list();
    while (true) {
      Optional<Segment> next = Segment.with(lines.size(), segments);
      if (next.isEmpty()) {
        break;
      }
      try {
        List<String> more = linesOf(next.get());
        lines.addAll(more.subList(lines.size() - next.get().from(), more.size()));
      } catch (StorageException e) {
        List<String> now = folder.list();
        if (now.equals(segments)) {
          throw e;
        }
        segments = now; // a longer one has replaced it
      }
    }
    boolean isMergedMeanwhile =
        folder.exists(ALL) || files.exists(name) && files.sizeBytes(name) != merged.length;
    return isMergedMeanwhile ? Optional.empty() : Optional.of(lines);
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
