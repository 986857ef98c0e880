package io.ostinato.storage;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.Sidecar.DataFile;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The checkpoints of a run, by tag. {@code <tag>.safetensors} has the weights, {@code
 * <tag>.optimizer.safetensors} the optimizer's state, {@code <tag>.states.safetensors} the arrays
 * of callbacks, and {@code <tag>.json}, the sidecar, lists these files and has all plain values.
 * Thread-safe.
 *
 * <p>New data is first written as {@code <file>.next}. Writing the sidecar, which has the hash of
 * each file, commits the checkpoint; the files are renamed afterwards. If a save is interrupted at
 * any point, the checkpoint is either the old or the new one, complete.
 */
public final class Checkpoints {
  private static final Pattern SUPERSEDED = Pattern.compile("\\.superseded-\\d+$");

  private final RunFiles files;
  private final DataFiles data;
  private final Sidecars sidecars;
  private final UnfinishedSaves unfinished;
  private final CheckpointSearch search;
  private final CheckpointMarks marks;

  private Checkpoints(RunFiles files) {
    this.files = files;
    this.data = new DataFiles(files);
    this.sidecars = new Sidecars(files);
    this.unfinished = new UnfinishedSaves(files, data, sidecars);
    this.search = new CheckpointSearch(files, data, sidecars);
    this.marks = new CheckpointMarks(files, search);
  }

  public static Checkpoints in(RunFiles files) {
    return new Checkpoints(files);
  }

  /**
   * Saves a checkpoint; an existing one with the same tag is replaced.
   *
   * @throws StorageException if it can't be written; an existing checkpoint is then unchanged
   */
  public synchronized void save(String tag, Checkpoint checkpoint) {
    save(tag, checkpoint, Set.of());
  }

  /**
   * Saves a checkpoint on behalf of its holders; an existing one with the same tag is replaced, and
   * its holders are added.
   *
   * @param keptFor the holders, each of which has to {@link #release} the checkpoint before it is
   *     removed
   * @throws StorageException if it can't be written; an existing checkpoint is then unchanged
   */
  public synchronized void save(String tag, Checkpoint checkpoint, Set<String> keptFor) {
    begin(tag, checkpoint).complete(checkpoint, keptFor);
  }

  /**
   * Writes the weights of a checkpoint and the state of its optimizer, which then need not be kept.
   * The checkpoint exists only when it is {@linkplain Begun#complete completed}; until then, none
   * may be saved under its tag.
   *
   * @throws StorageException if they can't be written
   */
  public synchronized Begun begin(String tag, Checkpoint checkpoint) {
    CheckpointNames.checkTag(tag);
    unfinished.finish(tag);
    try {
      return new Begun(tag, writeArrays(tag, checkpoint));
    } catch (RuntimeException | Error e) {
      unfinished.drop(tag, e);
      throw e;
    }
  }

  /** A checkpoint that is partly written. */
  public final class Begun {
    private final String tag;
    private final List<DataFile> arrays;

    private Begun(String tag, List<DataFile> arrays) {
      this.tag = tag;
      this.arrays = arrays;
    }

    /**
     * Completes the checkpoint; see {@link Checkpoints#save(String, Checkpoint, Set)}.
     *
     * @param checkpoint the checkpoint, whose weights and optimizer have been written
     */
    public void complete(Checkpoint checkpoint, Set<String> keptFor) {
      synchronized (Checkpoints.this) {
        Set<String> holders = new LinkedHashSet<>(holders(tag));
        holders.addAll(keptFor);
        List<DataFile> written = new ArrayList<>(arrays);
        try {
          writeStates(tag, checkpoint).ifPresent(written::add);
          sidecars.write(tag, Sidecar.of(checkpoint, written, List.copyOf(holders)));
        } catch (RuntimeException | Error e) {
          unfinished.drop(tag, e);
          throw e;
        }
        written.forEach(file -> files.rename(file.name() + DataFiles.NEXT, file.name()));
        unfinished.dropUnused(tag, written);
      }
    }

    /**
     * Removes what was written.
     *
     * @throws StorageException if that fails
     */
    public void discard() {
      synchronized (Checkpoints.this) {
        arrays.forEach(file -> files.delete(file.name() + DataFiles.NEXT));
      }
    }
  }

  /**
   * Loads a checkpoint and verifies the hashes of its files. Changes nothing.
   *
   * @throws StorageException if there is none with this tag (lists the existing tags), or a file is
   *     missing or damaged (names it)
   */
  public synchronized Checkpoint load(String tag) {
    CheckpointNames.checkTag(tag);
    Sidecar sidecar = sidecars.find(tag).orElseThrow(() -> noSuch(tag));
    Map<String, List<HostArray>> arrays = new LinkedHashMap<>();
    sidecar.files().forEach(file -> arrays.put(file.name(), data.read(tag, file)));
    List<HostArray> weights = arrays.get(CheckpointNames.weights(tag));
    if (weights == null) {
      throw new StorageException("checkpoint '%s' has no weights".formatted(tag));
    }
    return new Checkpoint(
        Checkpoint.Content.valueOf(sidecar.content()),
        sidecar.trainingIteration(),
        sidecar.runId(),
        sidecar.architecture(),
        WeightSnapshot.of(weights),
        arrays.getOrDefault(CheckpointNames.optimizer(tag), List.of()),
        StateArrays.split(
            sidecar.states(), arrays.getOrDefault(CheckpointNames.states(tag), List.of())),
        sidecar.loop());
  }

  /**
   * Why a checkpoint can't be loaded, such as {@code its file 'E1_U10_S160.safetensors' is
   * missing}. Reads all its files.
   *
   * @return the reason; empty if it is whole, or if nothing of such a checkpoint exists
   */
  public synchronized Optional<String> problemOf(String tag) {
    return search.tags().contains(tag) ? search.problemOf(tag) : Optional.empty();
  }

  /** The tags of all complete checkpoints, sorted. */
  public synchronized List<String> tags() {
    return sidecars.tags();
  }

  /** The location of their folder, for messages. */
  public String location() {
    return files.location();
  }

  /** The iterations of all complete checkpoints, by tag; damaged ones are left out. */
  public synchronized Map<String, TrainingIteration> iterations() {
    return search.iterations();
  }

  /** Whether this is the tag of a checkpoint of a run that was started again since. */
  public static boolean isSuperseded(String tag) {
    return SUPERSEDED.matcher(tag).find();
  }

  /**
   * Whether a complete checkpoint has the state required to resume training.
   *
   * @throws StorageException if there is none with this tag; lists the existing tags
   */
  public synchronized boolean isResumable(String tag) {
    if (!sidecars.isComplete(CheckpointNames.checkTag(tag))) {
      throw noSuch(tag);
    }
    return sidecars.find(tag).filter(Sidecar::isTraining).isPresent();
  }

  /**
   * The state of the training loop in a complete checkpoint; see {@link Checkpoint#loop}.
   *
   * @throws StorageException if there is none with this tag; lists the existing tags
   */
  public synchronized Map<String, String> loop(String tag) {
    if (!sidecars.isComplete(CheckpointNames.checkTag(tag))) {
      throw noSuch(tag);
    }
    return sidecars.find(tag).map(Sidecar::loop).orElse(Map.of());
  }

  /**
   * Marks the checkpoint that {@link #latest} returns.
   *
   * @throws IllegalArgumentException if it has weights only, so that training can't resume from it
   */
  public synchronized void markLatest(String tag) {
    if (!isResumable(tag)) {
      throw new IllegalArgumentException(
          "checkpoint '%s' has weights only, so '%s' can't name it; mark it as '%s'"
              .formatted(tag, CheckpointNames.LATEST, CheckpointNames.LATEST_WEIGHTS));
    }
    marks.write(CheckpointNames.LATEST, tag);
  }

  /** Marks the checkpoint that {@link #latestWeights} returns. */
  public synchronized void markLatestWeights(String tag) {
    if (!sidecars.isComplete(CheckpointNames.checkTag(tag))) {
      throw noSuch(tag);
    }
    marks.write(CheckpointNames.LATEST_WEIGHTS, tag);
  }

  /**
   * The tag of the checkpoint last marked to resume from. If that checkpoint, or the mark, is
   * missing or damaged, logs a warning and returns the whole resumable checkpoint with the highest
   * iteration. Reads all files of the checkpoint.
   */
  public synchronized Optional<String> latest() {
    return marks.latest();
  }

  /** Like {@link #latest}, with what was passed over instead of a warning. */
  public synchronized NewestCheckpoint newest() {
    return search.newest();
  }

  /** Whether {@code latest} names this checkpoint. */
  public synchronized boolean isMarkedLatest(String tag) {
    return marks.isLatest(tag);
  }

  /**
   * The tag of the checkpoint last marked as the newest weights; empty, with a warning, if it is
   * missing or damaged.
   */
  public synchronized Optional<String> latestWeights() {
    return marks.latestWeights();
  }

  /**
   * Saves all checkpoints under other tags, such as {@code best_model.superseded-1}, for a run that
   * starts again.
   *
   * @return the other tags
   */
  public synchronized List<String> supersedeAll() {
    List<String> moved = new ArrayList<>();
    for (String tag : tags()) {
      if (!isSuperseded(tag)) {
        int n = 1;
        while (tags().contains(tag + ".superseded-" + n)) {
          n++;
        }
        save(tag + ".superseded-" + n, load(tag));
        delete(tag);
        moved.add(tag + ".superseded-" + n);
      }
    }
    return moved;
  }

  /** Removes a checkpoint; does nothing if there is none. */
  public synchronized void delete(String tag) {
    CheckpointNames.checkTag(tag);
    unfinished.remove(tag);
  }

  /**
   * Completes or removes saves, and completes removals, that were interrupted because their process
   * was killed. No other process may write checkpoints to this folder at the same time.
   *
   * @throws StorageException if that fails
   */
  public synchronized void deleteAbandoned() {
    files.deleteAbandoned(Instant.MAX);
    unfinished.dropAll();
  }

  /**
   * Like {@link #deleteAbandoned()}, for a folder in which others may write files: removes only the
   * temporary files of this writer, and those last changed before the given time, and leaves saves
   * alone that weren't committed.
   *
   * @throws StorageException if that fails
   */
  public synchronized void deleteAbandoned(String writer, Instant before) {
    files.deleteAbandonedBy(writer);
    files.deleteAbandoned(before);
    unfinished.finishAll();
  }

  /** The tags of a holder's checkpoints of earlier iterations. */
  public synchronized List<String> heldBefore(TrainingIteration iteration, String holder) {
    return tags().stream()
        .filter(
            tag ->
                sidecars
                    .findReadable(tag)
                    .filter(sidecar -> sidecar.keptFor().contains(holder))
                    .filter(
                        sidecar ->
                            TrainingIteration.parse(sidecar.iteration()).compareTo(iteration) < 0)
                    .isPresent())
        .toList();
  }

  /** Releases a checkpoint for one holder; the last release removes it. */
  public synchronized void release(String tag, String holder) {
    CheckpointNames.checkTag(tag);
    List<String> others = holders(tag).stream().filter(name -> !name.equals(holder)).toList();
    if (others.isEmpty()) {
      delete(tag);
    } else {
      sidecars.find(tag).ifPresent(sidecar -> sidecars.write(tag, sidecar.keptFor(others)));
    }
  }

  private List<DataFile> writeArrays(String tag, Checkpoint checkpoint) {
    List<DataFile> written = new ArrayList<>();
    Map<String, String> metadata = metadata(checkpoint);
    written.add(data.write(CheckpointNames.weights(tag), checkpoint.weights().arrays(), metadata));
    if (!checkpoint.optimizer().isEmpty()) {
      written.add(data.write(CheckpointNames.optimizer(tag), checkpoint.optimizer(), metadata));
    }
    return written;
  }

  private Optional<DataFile> writeStates(String tag, Checkpoint checkpoint) {
    List<HostArray> states = StateArrays.join(checkpoint.states());
    return states.isEmpty()
        ? Optional.empty()
        : Optional.of(data.write(CheckpointNames.states(tag), states, metadata(checkpoint)));
  }

  private static Map<String, String> metadata(Checkpoint checkpoint) {
    Map<String, String> metadata = new LinkedHashMap<>(); // ordered, so files are reproducible
    metadata.put("iteration", checkpoint.iteration().toString());
    metadata.put("run_id", checkpoint.runId());
    return metadata;
  }

  /** The holders of a checkpoint; none if it is missing or its sidecar can't be read. */
  private List<String> holders(String tag) {
    return sidecars.findReadable(tag).map(Sidecar::keptFor).orElse(List.of());
  }

  private StorageException noSuch(String tag) {
    Optional<String> problem = problemOf(tag);
    if (problem.isPresent()) {
      return new StorageException(
          "checkpoint '%s' in %s is damaged: %s".formatted(tag, files.location(), problem.get()));
    }
    List<String> tags = tags();
    return new StorageException(
        "there is no checkpoint '%s' in %s; there are: %s"
            .formatted(tag, files.location(), tags.isEmpty() ? "none" : String.join(", ", tags)));
  }
}
