package io.ostinato.jobs;

import io.ostinato.jobs.evaluate.EvaluateCommand;
import io.ostinato.jobs.quickstart.QuickstartCommand;
import io.ostinato.jobs.report.ReportCommand;
import io.ostinato.jobs.train.TrainCommand;
import io.ostinato.jobs.watch.WatchCommand;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.text.Excerpt;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The entry point for spark-submit. Exit codes: 0 success, 1 failure, 2 invalid usage.
 *
 * <p>A failure is reported as one line on standard error; {@code --stacktrace} adds its stack
 * trace.
 */
@Command(
    name = "ostinato",
    description = "Evaluates deep-learning models during training; each evaluation is a Spark job.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QuickstartCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      WatchCommand.class,
      ReportCommand.class,
      AutoComplete.GenerateCompletion.class
    })
public final class Main implements Callable<Integer> {

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  private boolean stacktrace;

  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  public static void main(String[] args) {
    Main main = new Main();
    SparkTraces.hideUnless(() -> main.stacktrace);
    // From now on, output to these streams appears above the progress bars of a terminal.
    ProgressDisplay.console();
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    // Keeps standard output machine-readable: only commands write to it, all else goes to stderr.
    System.setOut(System.err);
    System.exit(main.execute(out, err, args));
  }

  /** Runs a command and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return new Main().execute(out, err, args);
  }

  private int execute(PrintWriter out, PrintWriter err, String... args) {
    try {
      return commandLine(out, err).execute(args);
    } catch (Error e) { // such as a missing class or native library, or too little memory
      return tell(e, err);
    }
  }

  private CommandLine commandLine(PrintWriter out, PrintWriter err) {
    CommandLine all =
        new CommandLine(this)
            .setOut(out)
            .setErr(err)
            .setParameterExceptionHandler((wrong, args) -> tellUsage(wrong, err))
            .setExecutionExceptionHandler((exception, line, parsed) -> tell(exception, err));
    Version version = new Version();
    all.getSubcommands().values().forEach(each -> each.getCommandSpec().versionProvider(version));
    return all;
  }

  /** Reports that no command was given. */
  @Override
  public Integer call() {
    CommandLine all = spec.commandLine();
    all.getErr().println("missing command; for example: ostinato evaluate --help");
    all.usage(all.getErr());
    return spec.exitCodeOnInvalidInput();
  }

  /** Reports the error without the usage help, which would push the message off the screen. */
  private static int tellUsage(ParameterException wrong, PrintWriter err) {
    CommandSpec command = wrong.getCommandLine().getCommandSpec();
    err.println(Excerpt.ofLines(String.valueOf(wrong.getMessage())));
    StringWriter suggestions = new StringWriter();
    UnmatchedArgumentException.printSuggestions(wrong, new PrintWriter(suggestions, true));
    if (!suggestions.toString().isBlank()) {
      err.println(Excerpt.ofLines(suggestions.toString()));
    }
    err.println("Try '%s --help'.".formatted(command.qualifiedName()));
    return command.exitCodeOnInvalidInput();
  }

  private int tell(Throwable failure, PrintWriter err) {
    err.println("error: " + Excerpt.ofLines(ErrorLine.of(failure)));
    if (stacktrace) {
      failure.printStackTrace(err);
    }
    return 1;
  }
}
