package io.ostinato.jobs.quickstart;

import static io.ostinato.callback.DataIteratorConfig.every;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.jobs.Sessions;
import io.ostinato.jobs.model.DigitsNet;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.stopping.MetricEarlyStopper;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.RunSummary;
import io.ostinato.tracking.TensorBoardTracker;
import io.ostinato.training.EndedBy;
import io.ostinato.training.TrainingLoop;
import io.ostinato.training.TrainingLoopBuilder;
import io.ostinato.training.TrainingResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains on the bundled digits, and evaluates after every epoch through Spark. */
@Command(
    name = "quickstart",
    description = {
      "Trains a small convolutional network on handwritten digits, and evaluates it on 360 others"
          + " after every epoch, each time as a Spark job.",
      "Runs on two threads of this process unless spark-submit says otherwise."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class QuickstartCommand implements Callable<Integer> {

  private static final float LEARNING_RATE = 0.005f;
  private static final String ACCURACY = "accuracy/test";

  @Option(names = "--epochs", description = "How many epochs to train.")
  private int epochs = 10;

  @Option(names = "--batch-size", description = "Samples of one update.")
  private int batchSize = 64;

  @Option(names = "--seed", description = "What weights and order of the samples come from.")
  private int seed = 1;

  @Option(
      names = "--patience",
      description = "After how many epochs without a better accuracy training ends; 0 for none.")
  private int patience = 5;

  @Option(names = "--output", description = "The folder of all runs.")
  private Path output = Path.of("runs");

  @Option(
      names = "--resume",
      paramLabel = "<run_id>",
      description =
          "Goes on with this run from its newest checkpoint; the other options are those of before,"
              + " but for the number of epochs.")
  private @Nullable String resume;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (resume != null && !RunInfo.isId(resume)) {
      throw new ParameterException(
          spec.commandLine(), "--resume '%s' %s".formatted(resume, RunInfo.ID_FORM));
    }
    PrintWriter out = spec.commandLine().getOut();
    QualityCallback quality =
        new QualityCallback(every(Schedule.everyNEpochs(1)).dataset("test").batchSize(90))
            .onEvaluation(result -> out.println(QualityTable.line(result)));
    TrainingResult result = train(quality);
    out.println();
    out.println(QualityTable.table(quality.history()));
    printBest(out, result);
    out.println("The files of this run are in " + result.folder());
    return 0;
  }

  private TrainingResult train(QualityCallback quality) {
    Digits digits = Digits.load();
    try (SparkSession spark = Sessions.start("ostinato quickstart");
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark);
        NDManager manager = Engine.getInstance().newBaseManager()) {
      TrainingLoopBuilder training =
          TrainingLoop.builder()
              .model(DigitsNet::new, DigitsNet.INPUT)
              .data(
                  DataContainer.builder()
                      .train(digits.train(manager))
                      .evaluation("test", digits.test(spark))
                      .build())
              .engine(engine)
              .callback(quality)
              .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
              .callback(new BestCheckpointCallback(BestCheckpointCallback.Config.of(ACCURACY)))
              .tracker(TensorBoardTracker.inRunFolder())
              .length(TrainingLength.epochs(epochs))
              .effectiveBatchSize(batchSize)
              .optimizer(
                  Optimizer.adam().optLearningRateTracker(Tracker.fixed(LEARNING_RATE)).build())
              .seed(seed)
              .output(output);
      if (patience > 0) {
        training.callback(new MetricEarlyStopper(MetricEarlyStopper.Config.of(ACCURACY, patience)));
      }
      if (resume != null) {
        training.resume(resume, TrainingLoopBuilder.LATEST);
      }
      return training.build().run();
    }
  }

  private static void printBest(PrintWriter out, TrainingResult result) {
    RunSummary.Value best = result.summary().best().get(ACCURACY);
    if (best != null) {
      out.printf(
          Locale.ROOT,
          "The best %s was %.4f, at %s; its weights are checkpoints/best_model.accuracy.test%n",
          ACCURACY,
          best.value(),
          best.iteration());
    }
    if (result.endedBy() == EndedBy.CALLBACK) {
      out.println("Training ended early: " + result.reason());
    }
  }
}
