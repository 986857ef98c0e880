package io.ostinato.training;

import io.ostinato.callback.CheckpointRequests;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.weights.WeightSnapshot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The checkpoints of the current moment that callbacks requested, until the moment ends. */
final class PendingCheckpoints {
  private final Checkpoints checkpoints;
  private final Supplier<Checkpoint> training;
  private final Map<String, Supplier<Checkpoint>> saves = new LinkedHashMap<>();
  private final Map<String, Set<String>> keptFor = new LinkedHashMap<>();
  private final Set<String> latest = new LinkedHashSet<>();
  private final Set<String> latestWeights = new LinkedHashSet<>();
  private final Set<Release> releases = new LinkedHashSet<>();
  private final Map<String, Checkpoints.Begun> begun = new LinkedHashMap<>();
  private Source source;
  private boolean isPast;

  /** Creates the checkpoints of a moment. */
  interface Source {
    /** A checkpoint to resume from. */
    Checkpoint training();

    /** The weights of the training at the end of the moment. */
    WeightSnapshot weights();

    /** A checkpoint with only weights. */
    Checkpoint ofWeights(WeightSnapshot weights);
  }

  private record Release(String tag, String callback) {}

  /**
   * Creates an empty set of requests.
   *
   * @param checkpoints where checkpoints are written
   * @param source creates the checkpoints of the present moment
   */
  PendingCheckpoints(Checkpoints checkpoints, Source source) {
    this.checkpoints = checkpoints;
    this.source = source;
    this.training = () -> this.source.training();
  }

  /** Changes what creates the checkpoints, for a moment that is past. */
  void from(Source other) {
    source = other;
    isPast = true;
  }

  /**
   * Writes the arrays of checkpoints to resume from, which then need not be kept until the moment
   * is complete.
   *
   * @return whether that was done for all: not for a tag that doesn't name the moment, under which
   *     another moment may save before
   */
  boolean begin(Checkpoint arrays) {
    String moment = arrays.iteration().toString();
    List<String> tags =
        saves.keySet().stream()
            .filter(tag -> saves.get(tag) == training && tag.contains(moment))
            .toList();
    tags.forEach(tag -> begun.put(tag, checkpoints.begin(tag, arrays)));
    return tags.size() == Collections.frequency(saves.values(), training);
  }

  /** Discards what was written of checkpoints that aren't complete. */
  void discard() {
    begun.values().forEach(Checkpoints.Begun::discard);
    begun.clear();
  }

  /** Whether nothing is requested. */
  boolean isEmpty() {
    return saves.isEmpty() && latest.isEmpty() && latestWeights.isEmpty() && releases.isEmpty();
  }

  /** Whether a checkpoint to resume from is requested. */
  boolean hasTraining() {
    return saves.containsValue(training);
  }

  /** Accepts the requests of a callback. */
  CheckpointRequests of(String callback) {
    return new Requests(callback);
  }

  /**
   * Drops requests for checkpoints that training could resume from, and everything that would
   * replace earlier ones. Requests for weights remain, since the callbacks that made them assume
   * that they are saved.
   */
  void dropTrainings() {
    saves.values().removeIf(save -> save == training);
    latest.clear();
    latestWeights.clear();
    releases.clear();
  }

  /** Writes all requested checkpoints, then releases others. */
  void write() {
    try {
      saves.forEach((tag, checkpoint) -> save(tag, checkpoint.get()));
      latest.forEach(checkpoints::markLatest);
      latestWeights.forEach(checkpoints::markLatestWeights);
      releases.stream()
          .filter(release -> !isAskedFor(release))
          .forEach(release -> checkpoints.release(release.tag(), release.callback()));
    } finally {
      saves.clear();
      keptFor.clear();
      latest.clear();
      latestWeights.clear();
      releases.clear();
    }
  }

  private void save(String tag, Checkpoint checkpoint) {
    Set<String> holders = keptFor.getOrDefault(tag, Set.of());
    Checkpoints.Begun arrays = begun.remove(tag);
    if (arrays == null) {
      checkpoints.save(tag, checkpoint, holders);
    } else {
      arrays.complete(checkpoint, holders);
    }
  }

  private boolean isAskedFor(Release release) {
    return keptFor.getOrDefault(release.tag(), Set.of()).contains(release.callback());
  }

  /** The requests of one callback. */
  private final class Requests implements CheckpointRequests {
    private final String callback;

    Requests(String callback) {
      this.callback = callback;
    }

    @Override
    public void saveTraining(String tag) {
      if (isPast && saves.get(tag) != training) {
        throw new IllegalStateException(
            ("callback '%s' requests a checkpoint to resume from at a moment that is past; save the"
                    + " weights instead, or use evaluations.mode=inline")
                .formatted(callback));
      }
      keep(tag);
      saves.put(tag, training);
    }

    @Override
    public void saveWeights(String tag) {
      keep(tag);
      // A complete checkpoint of the moment includes the weights.
      saves.putIfAbsent(tag, () -> source.ofWeights(source.weights()));
    }

    @Override
    public void saveWeights(String tag, WeightSnapshot others) {
      keep(tag);
      saves.putIfAbsent(tag, () -> source.ofWeights(others));
    }

    @Override
    public void markLatest(String tag) {
      latest.add(tag);
    }

    @Override
    public void markLatestWeights(String tag) {
      latestWeights.add(tag);
    }

    @Override
    public void release(String tag) {
      releases.add(new Release(tag, callback));
    }

    @Override
    public void releaseBefore(TrainingIteration iteration) {
      checkpoints.heldBefore(iteration, callback).forEach(this::release);
    }

    private void keep(String tag) {
      keptFor.computeIfAbsent(tag, t -> new LinkedHashSet<>()).add(callback);
    }
  }
}
