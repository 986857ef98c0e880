package io.ostinato.notebook.jupyter;

import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.notebook.display.DisplayTable;
import io.ostinato.notebook.display.Tables;
import io.ostinato.plot.Plot;
import io.ostinato.tracking.RunSummary;
import io.ostinato.training.TrainingResult;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;

/**
 * Teaches the Java kernel of Jupyter to show trainings, evaluations, metrics and datasets as
 * tables, and plots as SVG; each with a text for front ends that show neither. Failures of cells
 * are shown without the stack traces of libraries. The kernel finds it by itself.
 */
public final class OstinatoExtension implements Extension {

  @Override
  public void install(BaseKernel kernel) {
    CellThreads.installIn(kernel);
    Renderer renderer = kernel.getRenderer();
    table(renderer, DisplayTable.class, Function.identity());
    table(renderer, TrainingResult.class, Tables::of);
    table(renderer, RunSummary.class, Tables::of);
    table(renderer, EvaluationReport.class, Tables::of);
    table(renderer, Dataset.class, Tables::head);
    register(
        renderer,
        ProgressView.class,
        Function.identity(),
        MIMEType.TEXT_HTML,
        ProgressView::toHtml,
        ProgressView::toText);
    register(
        renderer,
        Plot.class,
        Function.identity(),
        MIMEType.IMAGE_SVG,
        Plot::svg,
        plot -> plot.title() + ". " + plot.description());
  }

  private static <T> void table(
      Renderer renderer, Class<T> type, Function<? super T, DisplayTable> table) {
    register(renderer, type, table, MIMEType.TEXT_HTML, DisplayTable::toHtml, DisplayTable::toText);
  }

  /** Registers how objects are shown; the view of an object is made once for both forms. */
  private static <T, V> void register(
      Renderer renderer,
      Class<T> type,
      Function<? super T, V> view,
      MIMEType rich,
      Function<V, String> richForm,
      Function<V, String> text) {
    renderer
        .createRegistration(type)
        .preferring(rich, MIMEType.TEXT_PLAIN)
        .register(
            (value, context) -> {
              V made = view.apply(value);
              context.renderIfRequested(rich, () -> richForm.apply(made));
              context.renderIfRequested(MIMEType.TEXT_PLAIN, () -> text.apply(made));
            });
  }
}
