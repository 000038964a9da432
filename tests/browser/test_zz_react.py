import pytest, statistics
from tests.browser.conftest import *  # noqa
from tests.browser.test_explore_browser import Notebook, BUSY
MOVES={"01_task_audit":("requests-per-day",".noUi-handle"),"02_failure_modes":("code-0","select"),"03_dataset_readiness":("severity","select"),"04_icd10_evaluation":("slice","select"),"05_cost_model":("requests-per-day",".noUi-handle"),"06_timeline":("annotators",".noUi-handle"),"07_recommendation":("keep-optimising-within",".noUi-handle")}
JS="""async ([cls, sel, n]) => {
 const out=[];
 for (let i=0;i<n;i++){
  const view=[...document.querySelectorAll('.bespoke-explore [data-milliseconds]')].pop().closest('.widget-html');
  const el=[...document.querySelectorAll('.bespoke-dial-'+cls+' '+sel)].pop();
  const t=performance.now();
  const done=new Promise(r=>{const o=new MutationObserver(()=>{o.disconnect();r(performance.now()-t)});o.observe(view,{childList:true,subtree:true,characterData:true});setTimeout(()=>{o.disconnect();r(-1)},3000)});
  if(el.tagName==='SELECT'){el.selectedIndex=(el.selectedIndex+1)%el.options.length;el.dispatchEvent(new Event('change',{bubbles:true}));}
  else{el.dispatchEvent(new KeyboardEvent('keydown',{key:'ArrowRight',bubbles:true}));}
  const took=await done;
  const ms=[...document.querySelectorAll('.bespoke-explore [data-milliseconds]')].pop().dataset.milliseconds;
  out.push([Math.round(took),Number(ms)]);
  await new Promise(r=>setTimeout(r,300));
 } return out;}"""
@pytest.mark.parametrize("client",["meridian_health","harbour_legal","atlas_payments"])
def test_react(window,lab,client):
    for stem,(c,s) in MOVES.items():
        if stem.startswith("04") and client!="meridian_health": continue
        p=lab.site/"notebooks"/f"{stem}.ipynb"; t=p.read_text(); p.write_text(t.replace('"meridian_health\\"','"'+client+'\\"').replace("meridian_health",client))
        b=Notebook(window,lab,stem); e=b.run_all(); assert e==[],e
        b.part(".bespoke-explore [data-milliseconds]").wait_for(timeout=BUSY)
        r=b.page.evaluate(JS,[c,s,9])
        print("REACT",client,stem,"seen",statistics.median(x[0] for x in r),max(x[0] for x in r),"kernel",statistics.median(x[1] for x in r),max(x[1] for x in r))
        b.close(); p.write_text(t)
