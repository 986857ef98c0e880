package io.ostinato.jobs.report;

import io.ostinato.jobs.config.ConfigurationFile;
import io.ostinato.report.ReportPage;
import io.ostinato.report.RunFacts;
import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.MetricsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the report of a run from its folder, or a page that compares several runs. */
@Command(
    name = "report",
    description = {
      "Makes the page about a run from the files in its folder, or a page that compares several"
          + " runs. The page is one file that needs neither a server nor a network.",
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  report runs/20261124-120000-000",
      "  report runs/small runs/large --output small-or-large.html",
      "  report hdfs://name-node/runs/digits --output digits.html",
      "",
      "Exit codes: 0 success, 1 failure, 2 invalid usage. See docs/report.md for details."
    })
public final class ReportCommand implements Callable<Integer> {
  private static final String COMPARISON = "comparison.html";
  private static final String WITH_SCHEME = "[A-Za-z][\\w+.-]*:/.*";

  @Parameters(
      arity = "1..*",
      paramLabel = "<run>",
      description = "Folders of runs, on any file system that Hadoop supports.")
  private List<String> runs = List.of();

  @Option(
      names = "--output",
      paramLabel = "<file>",
      description =
          "File to write. Default: report.html in the folder of a single run, and "
              + COMPARISON
              + " in the working directory for several.")
  private @Nullable String output;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Configuration hadoop = ConfigurationFile.hadoopSettings();
    ReportPage page = new ReportPage();
    for (String run : runs) {
      RunFiles files = open(run, hadoop);
      checkIsRun(run, files);
      page.add(files, checkpoints(files, hadoop));
    }
    if (output == null && runs.size() == 1) {
      write(page, open(runs.get(0), hadoop), ReportPage.NAME);
    } else {
      writeTo(output == null ? COMPARISON : output, page, hadoop);
    }
    return 0;
  }

  /** Writes to a file; a path without a scheme is local. */
  private void writeTo(String file, ReportPage page, Configuration hadoop) {
    if (file.matches(WITH_SCHEME)) {
      int slash = file.lastIndexOf('/');
      write(
          page,
          HadoopRunFiles.anywhere(file.substring(0, slash), hadoop),
          file.substring(slash + 1));
    } else {
      Path path = Path.of(file).toAbsolutePath().normalize();
      Path folder = Objects.requireNonNullElse(path.getParent(), path);
      write(page, LocalRunFiles.in(folder), String.valueOf(path.getFileName()));
    }
  }

  private void write(ReportPage page, RunFiles folder, String name) {
    try {
      page.write(folder, name, Instant.now());
    } catch (IllegalArgumentException e) {
      throw wrong("--output: " + e.getMessage());
    }
    spec.commandLine().getOut().println("The report is in " + folder.location() + "/" + name);
  }

  private void checkIsRun(String run, RunFiles files) {
    if (!files.exists(MetricsFile.NAME)
        && !files.exists(RunFacts.NAME)
        && files.lines(MetricsFile.NAME).isEmpty()) {
      throw wrong(
          ("'%s' is not the folder of a run: it has no %s; give a folder such as"
                  + " runs/20261124-120000-000")
              .formatted(run, MetricsFile.NAME));
    }
  }

  private static RunFiles checkpoints(RunFiles files, Configuration hadoop) {
    String elsewhere = RunFacts.read(files).map(RunFacts::checkpoints).orElse("");
    return elsewhere.isEmpty() ? files.folder("checkpoints") : open(elsewhere, hadoop);
  }

  /** A path without a scheme is local if it exists there, and otherwise where Hadoop finds it. */
  private static RunFiles open(String folder, Configuration hadoop) {
    return !folder.matches(WITH_SCHEME) && Files.isDirectory(Path.of(folder))
        ? LocalRunFiles.in(Path.of(folder).toAbsolutePath().normalize())
        : HadoopRunFiles.anywhere(folder, hadoop);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
