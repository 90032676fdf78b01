"""commit.py MESSAGEFILE whole=a,b,c  partial=FILE:kw|kw ... sub=FILE:old=>new ; commits on top of HEAD with a private index, then updates the shared index for those paths."""
import subprocess,sys,difflib,os,tempfile
R='/work/main'
def git(*a,inp=None,env=None):
    e=dict(os.environ); e.update(env or {})
    return subprocess.run(['git','-C',R,*a],input=inp,stdout=subprocess.PIPE,check=True,env=e).stdout
spec=eval(open(sys.argv[1]).read())
head=git('rev-parse','HEAD').decode().strip()
idx='/tmp/w/index'
if os.path.exists(idx): os.remove(idx)
env={'GIT_INDEX_FILE':idx}
git('read-tree',head,env=env)
paths=[]
for p in spec['whole']:
    git('add','--',p,env=env); 
    paths+= [p]
def headtext(p): return git('show',f'{head}:{p}').decode()
texts={}
for p,kws in spec.get('partial',{}).items():
    a=headtext(p).splitlines(True); b=open(f'{R}/{p}').read().splitlines(True)
    out=[]
    for tag,i1,i2,j1,j2 in difflib.SequenceMatcher(None,a,b,autojunk=False).get_opcodes():
        if tag=='equal' or not any(k in ''.join(a[i1:i2]+b[j1:j2]) for k in kws): out+=a[i1:i2]
        else:
            out+=b[j1:j2]; print('HUNK',p,''.join(b[j1:j2])[:300])
    texts[p]=''.join(out)
for p,subs in spec.get('sub',{}).items():
    t=texts.get(p) or headtext(p)
    for o,n in subs:
        assert o in t,(p,o); t=t.replace(o,n,1)
    texts[p]=t
for p,t in texts.items():
    sha=git('hash-object','-w','--stdin',inp=t.encode()).decode().strip()
    mode=git('ls-files','-s','--',p,env=env).decode().split()[0]
    git('update-index','--cacheinfo',f'{mode},{sha},{p}',env=env); paths.append(p)
print(git('diff','--cached','--stat',head,env=env).decode())
if len(sys.argv)>2 and sys.argv[2]=='go':
    tree=git('write-tree',env=env).decode().strip()
    assert git('rev-parse','HEAD').decode().strip()==head
    c=git('commit-tree',tree,'-p',head,'-m',spec['message']).decode().strip()
    git('update-ref','HEAD',c,head)
    # shared index: those paths as committed
    lines=b''
    for l in git('ls-tree','-r',c).decode().splitlines():
        meta,path=l.split('\t'); mode,_,sha=meta.split()
        if any(path==q or path.startswith(q+'/') for q in paths): lines+=f'{mode} {sha}\t{path}\n'.encode()
    git('update-index','--add','--index-info',inp=lines)
    print('committed',c)
