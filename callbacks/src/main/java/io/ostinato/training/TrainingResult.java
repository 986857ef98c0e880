package io.ostinato.training;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;

/**
 * What a training leaves.
 *
 * @param folder the files of the run
 * @param end how far it went
 * @param weights at the end
 */
public record TrainingResult(Path folder, TrainingIteration end, WeightSnapshot weights) {}
