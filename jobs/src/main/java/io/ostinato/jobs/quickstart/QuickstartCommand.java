package io.ostinato.jobs.quickstart;

import io.ostinato.jobs.train.TrainCommand;
import io.ostinato.tracking.RunInfo;
import io.ostinato.training.TrainingLoopBuilder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes a {@code run.yaml} and its dataset of digits, and runs {@code train} on it. */
@Command(
    name = "quickstart",
    description = {
      "Writes run.yaml and a dataset of handwritten digits to a folder, and runs `train run.yaml`,"
          + " which trains a small convolutional network and evaluates it on 360 test digits after"
          + " every epoch. Each evaluation is a Spark job.",
      "Existing files in the folder are kept, so you can edit run.yaml. Spark runs locally on two"
          + " threads unless spark-submit sets a master.",
      "Exit codes: 0 success, 1 failure, 2 invalid usage or configuration."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    defaultValueProvider = RunKeys.class)
public final class QuickstartCommand implements Callable<Integer> {

  @Option(names = "--epochs", description = "Number of epochs to train; sets length.epochs.")
  private int epochs;

  @Option(names = "--batch-size", description = "Samples per update; sets effective_batch_size.")
  private int batchSize;

  @Option(
      names = "--seed",
      description = "Seed of the initial weights and the order of samples; sets seed.")
  private int seed;

  @Option(
      names = "--patience",
      description =
          "Number of epochs without a better accuracy after which training stops early; 0 for no"
              + " limit. Sets the tolerance of the early stopper.")
  private int patience;

  @Option(names = "--output", description = "Folder for run.yaml, the digits and the runs.")
  private Path output = Path.of(TrainingLoopBuilder.DEFAULT_OUTPUT);

  @Option(
      names = "--resume",
      paramLabel = "<run_id>",
      description =
          "Resume this run from its newest checkpoint. All other options except --epochs must be"
              + " the same as before.")
  private @Nullable String resume;

  @Option(
      names = "--set",
      paramLabel = "<key=value>",
      description =
          "Override a key of run.yaml, as in `train`; takes precedence over the other options."
              + " Repeatable.")
  private List<String> overrides = List.of();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (resume != null && !RunInfo.isId(resume)) {
      throw new ParameterException(
          spec.commandLine(), "--resume '%s' %s".formatted(resume, RunInfo.ID_FORM));
    }
    QuickstartFolder folder = new QuickstartFolder(output);
    folder.write();
    warning(new SparkConf().get("spark.master", "local"), folder)
        .ifPresent(spec.commandLine().getErr()::println);
    List<String> arguments = new ArrayList<>(List.of(folder.run().toString()));
    allOverrides().forEach(override -> arguments.addAll(List.of("--set", override)));
    return train(folder, arguments);
  }

  private int train(QuickstartFolder folder, List<String> arguments) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("train " + arguments.stream().map(ShellWord::of).collect(Collectors.joining(" ")));
    TrainCommand train = new TrainCommand();
    new CommandLine(train)
        .setOut(out)
        .setErr(spec.commandLine().getErr())
        .parseArgs(arguments.toArray(String[]::new));
    int exitCode = train.call();
    if (exitCode == 0) {
      out.println("To train again, edit run.yaml or a copy of it and run");
      out.println(
          "  spark-submit --class io.ostinato.jobs.Main ostinato-jobs.jar train "
              + ShellWord.of(folder.run().toString()));
    }
    return exitCode;
  }

  private List<String> allOverrides() {
    List<String> all = new ArrayList<>();
    addIfGiven("--epochs", epochs, all);
    addIfGiven("--batch-size", batchSize, all);
    addIfGiven("--seed", seed, all);
    addIfGiven("--patience", patience == 0 ? Integer.MAX_VALUE : patience, all);
    if (resume != null) {
      all.add("resume=" + resume);
    }
    all.addAll(overrides);
    return all;
  }

  /** Adds an option only if given: otherwise the value in the file applies, possibly edited. */
  private void addIfGiven(String option, int value, List<String> all) {
    if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
      all.add(RunKeys.key(option) + "=" + value);
    }
  }

  /** A warning for masters whose executors may run on other machines. */
  static Optional<String> warning(String master, QuickstartFolder folder) {
    return master.startsWith("local")
        ? Optional.empty()
        : Optional.of(
            "warning: the executors of '%s' read the digits from '%s', a folder on this machine;"
                    .formatted(master, folder.run().getParent())
                + " executors on other machines fail unless --output is a folder that all machines"
                + " share");
  }
}
