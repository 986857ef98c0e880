package io.ostinato.storage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files that name the newest checkpoints. */
record CheckpointMarks(RunFiles files, CheckpointSearch search) {
  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

  /** Makes a mark name a checkpoint. A folder in its place is renamed. */
  void write(String mark, String tag) {
    byte[] text = tag.getBytes(StandardCharsets.UTF_8);
    try {
      files.write(mark, out -> out.write(text));
    } catch (StorageException e) {
      if (!files.folders().contains(mark)) {
        throw e;
      }
      files.rename(mark, mark + ".folder");
      files.write(mark, out -> out.write(text));
    }
  }

  boolean isLatest(String tag) {
    return search.marked(CheckpointNames.LATEST, new ArrayList<>()).equals(Optional.of(tag));
  }

  /** The newest whole checkpoint to resume from; warns of what was passed over. */
  Optional<String> latest() {
    NewestCheckpoint newest = search.newest();
    if (!newest.passedOver().isEmpty()) {
      log.warn(
          "the newest whole checkpoint in {} is {}; passed over: {}",
          files.location(),
          newest.tag().map("'%s'"::formatted).orElse("missing"),
          newest.reasons());
    }
    return newest.tag();
  }

  /** The marked weights if they are whole; warns if not. */
  Optional<String> latestWeights() {
    List<String> problems = new ArrayList<>();
    Optional<String> marked = search.marked(CheckpointNames.LATEST_WEIGHTS, problems);
    marked.ifPresent(
        tag ->
            search
                .problemOf(tag)
                .ifPresent(problem -> problems.add("checkpoint '%s': %s".formatted(tag, problem))));
    if (!problems.isEmpty() && files.exists(CheckpointNames.LATEST_WEIGHTS)) {
      log.warn("no newest weights in {}: {}", files.location(), String.join("; ", problems));
    }
    return problems.isEmpty() ? marked : Optional.empty();
  }
}
