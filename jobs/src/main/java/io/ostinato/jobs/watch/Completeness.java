package io.ostinato.jobs.watch;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Tells complete files from those that are being written, by successive listings of the folder. Not
 * thread-safe.
 *
 * <p>Without a marker a file is complete when its size and time have stayed what they are for a
 * while, at two looks at least. With one it is complete when there is a file of its name with the
 * marker at the end, which is not older than the file; its name is also that of a link to it.
 */
final class Completeness {
  private final NameFilter names;
  private final Optional<String> marker;
  private final Duration settle;
  private Map<CheckpointFile, Duration> firstSeen = Map.of();

  private Completeness(NameFilter names, Optional<String> marker, Duration settle) {
    this.names = names;
    this.marker = marker;
    this.settle = settle;
  }

  /** Files are complete when nothing about them has changed for that long. */
  static Completeness unchangedFor(Duration settle, NameFilter names) {
    return new Completeness(names, Optional.empty(), settle);
  }

  /** Files are complete when there is {@code <name><marker>}. */
  static Completeness markedBy(String marker, NameFilter names) {
    return new Completeness(names, Optional.of(marker), Duration.ZERO);
  }

  /**
   * Takes the next listing.
   *
   * @param elapsed when it was made, on a clock that never goes back
   */
  Scan look(Listing listing, Duration elapsed) {
    List<CheckpointFile> checkpoints = listing.checkpoints(this::isCheckpoint);
    CheckpointOrder order = CheckpointOrder.of(checkpoints);
    List<CheckpointFile> files = order.sort(checkpoints.stream());
    Map<CheckpointFile, Duration> seen = new HashMap<>();
    boolean changed = false;
    for (CheckpointFile file : files) {
      Duration before = firstSeen.get(file);
      changed |= before == null;
      seen.put(file, before == null ? elapsed : before);
    }
    firstSeen = seen;
    return marker.isPresent()
        ? new Scan(marked(files, listing, marker.get()), List.of(), order, changed)
        : settled(files, elapsed, order, changed);
  }

  /** Whether a file or folder has the name of a checkpoint, and not that of a marker. */
  boolean isCheckpoint(String name) {
    return names.accepts(name) && (marker.isEmpty() || !name.endsWith(marker.get()));
  }

  private static List<CheckpointFile> marked(
      List<CheckpointFile> files, Listing listing, String end) {
    Map<String, CheckpointFile> byName =
        listing.files().stream()
            .collect(Collectors.toMap(CheckpointFile::name, Function.identity()));
    return files.stream()
        .filter(
            file ->
                listing.namesOf(file).stream()
                    .map(name -> Optional.ofNullable(byName.get(name + end)))
                    .flatMap(Optional::stream)
                    .anyMatch(itsMarker -> !itsMarker.modified().isBefore(file.modified())))
        .toList();
  }

  private Scan settled(
      List<CheckpointFile> files, Duration elapsed, CheckpointOrder order, boolean changed) {
    Map<Boolean, List<CheckpointFile>> byCompleteness =
        files.stream()
            .collect(
                Collectors.partitioningBy(
                    file -> {
                      Duration age = elapsed.minus(firstSeen.getOrDefault(file, elapsed));
                      return !age.isZero() && age.compareTo(settle) >= 0;
                    }));
    return new Scan(
        byCompleteness.getOrDefault(true, List.of()),
        byCompleteness.getOrDefault(false, List.of()),
        order,
        changed);
  }
}
